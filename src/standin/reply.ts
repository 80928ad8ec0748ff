import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import { untilAborted } from './clock.ts';
import type { Fault } from './faults.ts';

/** A request that is refused, answered with OpenAI's error body. */
export class RequestProblem extends AppError {
  readonly status: number;
  readonly param: string | null;
  /** Where the error is not to be OpenAI's for that status: its type and code, or the whole body. */
  readonly kind: { type: string; code: string | number | null } | { body: string } | undefined;

  constructor(status: number, message: string, param: string | null = null, kind?: RequestProblem['kind']) {
    super(message);
    this.status = status;
    this.param = param;
    this.kind = kind;
  }
}

/** Thrown when the planned fault has already ended the answer: nothing is left to do. */
export class FaultPlayed extends AppError {}

const PAGE = '<!doctype html><title>Sign in</title><h1>Stand-in fault: not what was asked for</h1>';

/** One HTTP answer, which goes wrong where the fault says so. */
export class Reply {
  readonly #response: ServerResponse;
  readonly #fault: Fault;
  readonly #signal: AbortSignal;
  #sentBytes = 0;
  /** When the first byte of the body was sent, as `Date.now()`. */
  firstByteAtMs: number | undefined;

  constructor(response: ServerResponse, fault: Fault, signal: AbortSignal) {
    this.#response = response;
    this.#fault = fault;
    this.#signal = signal;
  }

  get withoutDone(): boolean {
    return this.#fault.withoutDone === true;
  }

  /** Status and headers; the first `write` sends them. */
  begin(status: number, contentType: string, headers: Record<string, string> = {}): void {
    this.#response.writeHead(status, { ...headers, 'content-type': this.#fault.contentType ?? contentType });
  }

  /** Resolves when the client has room for more. Throws `FaultPlayed` where the answer is cut. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.firstByteAtMs ??= Date.now();
    const { cutAfterBytes, stallAfterBytes } = this.#fault;
    const limit = Math.min(
      cutAfterBytes ?? Number.POSITIVE_INFINITY,
      stallAfterBytes ?? Number.POSITIVE_INFINITY,
    );
    const room = limit - this.#sentBytes;
    const part = bytes.length < room ? bytes : bytes.subarray(0, room);
    this.#sentBytes += part.length;
    if (this.#sentBytes < limit) {
      if (!this.#response.write(part)) await once(this.#response, 'drain', { signal: this.#signal });
      return;
    }
    await new Promise((sent) => this.#response.write(part, sent));
    if (limit === stallAfterBytes) await untilAborted(this.#signal);
    this.#response.destroy();
    throw new FaultPlayed(`cut after ${limit} bytes`);
  }

  end(): void {
    this.#response.end();
  }

  async send(status: number, contentType: string, body: string): Promise<void> {
    this.begin(status, contentType);
    await this.write(body);
    this.end();
  }

  json(status: number, body: unknown): Promise<void> {
    return this.send(status, 'application/json', JSON.stringify(body));
  }

  /** Plays the faults that take the place of an answer. */
  async playFault(): Promise<void> {
    const { hang, status, garbage, retryAfterS } = this.#fault;
    if (hang) await untilAborted(this.#signal);
    if (retryAfterS !== undefined) this.#response.setHeader('retry-after', String(retryAfterS));
    if (status !== undefined)
      await this.problem(new RequestProblem(status, `stand-in fault: status ${status}`));
    else if (garbage) await this.send(200, 'text/html; charset=utf-8', PAGE);
    else return;
    throw new FaultPlayed('answered by the planned fault');
  }

  /** An error body like OpenAI's; breaks the connection where the answer had begun. */
  async problem({ status, message, param, kind }: RequestProblem): Promise<void> {
    if (this.#response.headersSent) {
      this.#response.destroy();
      return;
    }
    const type =
      status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error';
    if (kind && 'body' in kind) {
      const contentType = kind.body.startsWith('{') ? 'application/json' : 'text/plain; charset=utf-8';
      return this.send(status, contentType, kind.body);
    }
    await this.json(status, { error: { message, type, param, code: null, ...kind } });
  }
}
