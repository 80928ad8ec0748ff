import { EndpointError } from '../../../src/errors.ts';
import { ChatMemory } from '../../../src/openai/chat-learned.ts';
import type { JsonObject } from '../../../src/openai/extra-body.ts';

/** What a case is run against: a server, or what stands in its place. */
export interface Target {
  /** Such as `http://127.0.0.1:9302/v1`. */
  baseUrl: string;
  model: string;
  /** Of a server that speaks. */
  voice: string;
}

export const STAGES = ['chat', 'speech', 'batch', 'sse', 'realtime'] as const;
export type Stage = (typeof STAGES)[number];

/** One thing that the product asks of a server. Its requests are made by the product's own functions. */
export interface Case {
  /** Such as `chat.answer`. */
  name: string;
  stage: Stage;
  /**
   * For a request that the product does not make: what in a body the server refuses here. A request that has it gets this
   * answer in every replay of the server.
   */
  refuses?: 'empty tools' | 'both token limits' | 'a role out of turn';
  /** Another where the chat template is another; else it is recorded once for a server. */
  ofTemplate?: true;
  /** What the product makes of the answer, without what differs each time. Never throws an `EndpointError`. */
  run(target: Target): Promise<JsonObject>;
}

/** One try: a refusal is what some cases want to see. Long enough for a model on two busy processors. */
export const options = () => ({
  deadlines: { connectTimeoutMs: 10_000, firstByteTimeoutMs: 120_000, stallTimeoutMs: 120_000, attempts: 1 },
});

export const newMemory = () => new ChatMemory();

/** `run`'s outcome, or the error that the product reports, without the server's address. */
export async function outcomeOf(run: () => Promise<JsonObject>): Promise<JsonObject> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    const { failure, status, hint, retryable, message, url, endpoint } = error;
    const what = message.replace(`${endpoint} ${url}: `, '').replaceAll(url, 'URL');
    return {
      error: what,
      failure,
      ...(status !== undefined && { status }),
      ...(hint && { hint }),
      retryable,
    };
  }
}
