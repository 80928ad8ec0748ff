import type { Reply } from './reply.ts';

/** What a model needs to give one answer. */
export interface Exchange {
  reply: Reply;
  /** Aborted when the client leaves or the server closes. */
  signal: AbortSignal;
  /** On the stand-ins' clock. */
  arrivedMs: number;
}

/** One stand-in model behind one POST route. */
export interface ModelRoute<Request, Details> {
  /** Validates a body. Throws `RequestProblem`. */
  read(body: Buffer, contentType: string): Promise<Request>;
  /** The part of a request that the journal keeps. */
  describe(request: Request): Details;
  /** Sends the answer; resolves to what the journal keeps of it. */
  answer(request: Request, exchange: Exchange): Promise<Partial<Details>>;
}
