import { codeOf, EndpointError, type EndpointName } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { hintFor, reasonOf } from './connect-hint.ts';
import { fault, type Target } from './fault.ts';
import { type Incoming, nodeTransport, StaleConnection, type Transport } from './transport.ts';

/** Deadlines of one endpoint, in milliseconds, and tries in all before the first byte. */
export interface Deadlines {
  /** Until the connection stands: name, TCP, TLS. */
  connectTimeoutMs: number;
  /** From the connection to the first byte of the answer's body; includes the upload. */
  firstByteTimeoutMs: number;
  /** Longest wait for any later byte. Time in which the reader does not ask for one does not count. */
  stallTimeoutMs: number;
  /** At the earliest, an answer that is heard meanwhile is given up when a piece of it is late; 0 and missing: never. */
  stallAfterMs?: number | undefined;
  attempts: number;
  /** At the earliest, another request is made so long after one that is late; 0 and missing: never. */
  hedgeAfterMs?: number | undefined;
}

/** How long a successful attempt took to answer, from its start. */
export interface Timing {
  /** From 1: how many tries it took. */
  attempt: number;
  /** About 0 on a pooled connection. */
  connectMs: number;
  /** To the first byte of the body. */
  firstByteMs: number;
}

/** Follows one request on the wire. Nothing in it throws. */
export interface RequestWatch {
  /** Sent beside the request's own, such as `traceparent`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first byte of an answer of any status. */
  answered(status: number): void;
  /** Told once: the answer was read, or closed by its reader; it was cut; or no use could be made of it. */
  ended(outcome: 'answered' | 'aborted' | 'failed'): void;
}

/** What a request is, to whom follows it. */
export interface RequestSent {
  readonly endpoint: EndpointName;
  readonly url: string;
  readonly model: string | undefined;
  /** Why it was made; not given where it is the only one. */
  readonly kind: RequestKind | undefined;
}

/** The first of its tries, one after a failure, one beside a late one, or one that finds out whether a server works. */
export type RequestKind = 'first' | 'again' | 'hedge' | 'probe';

export interface Init {
  method: string;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | undefined;
}

/** How a call is made, apart from what it says. */
export interface CallOptions {
  deadlines: Deadlines;
  signal?: AbortSignal | undefined;
  /** Told at the first byte of a 2xx answer. */
  onTiming?: ((timing: Timing) => void) | undefined;
  /** Told of each request as it is sent. */
  onRequest?: ((sent: RequestSent) => RequestWatch) | undefined;
  kind?: RequestKind | undefined;
  transport?: Transport | undefined;
  clock?: Clock | undefined;
}

/** One remote call. */
export interface Call extends Target, CallOptions {
  init: Init;
  /** Another model at the same URL may be slower. */
  model?: string | undefined;
}

/** The answer of any status; its body has begun to arrive, or is empty. */
export interface Answer {
  status: number;
  headers: Headers;
  connectMs: number;
  firstByteMs: number;
  /** The first bytes of `body`, for a look ahead. */
  head: Uint8Array;
  /** Reads once. Throws an `EndpointError`: `stall` (stopped or was cut) or `aborted`. */
  body: AsyncIterable<Uint8Array>;
  /** Gives the rest up and closes the connection. Needed only where `body` is not read. */
  close(): void;
}

const NO_BYTES = new Uint8Array();

/** Makes one attempt under all three deadlines. Throws only `EndpointError`, never for the status. */
export async function exchange(call: Call): Promise<Answer> {
  const { endpoint, url, model, kind, signal, onRequest } = call;
  const watch = signal?.aborted ? undefined : onRequest?.({ endpoint, url, model, kind });
  for (;;) {
    const run = new Attempt(call, watch);
    try {
      return await run.start();
    } catch (thrown) {
      run.stop();
      // Ends: each round uses up one pooled connection, and a new one is never stale.
      if (thrown instanceof StaleConnection && !run.cut.signal.aborted) continue;
      const error = run.failed(thrown);
      run.finish();
      throw error;
    }
  }
}

class Attempt {
  readonly cut = new AbortController();
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #onAbort = () => {
    this.cut.abort(fault(this.#call, 'aborted', 'cancelled'));
    // An answer that nobody reads would not end otherwise.
    this.#tellEnd('aborted');
  };
  #watch: RequestWatch | undefined;
  #stopDeadline = () => {};
  #connectMs: number | undefined;
  #bytes = 0;
  #ended = false;
  #hasFailed = false;

  constructor(call: Call, watch: RequestWatch | undefined) {
    this.#call = call;
    this.#watch = watch;
    this.#clock = call.clock ?? systemClock;
    this.#startedMs = this.#clock.now();
  }

  async start(): Promise<Answer> {
    const { url, init, deadlines, signal, transport = nodeTransport } = this.#call;
    if (signal?.aborted) this.#onAbort();
    this.cut.signal.throwIfAborted();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#within(deadlines.connectTimeoutMs, 'connect', 'no connection');
    const incoming = await transport({
      url,
      method: init.method,
      headers: { ...init.headers, ...this.#watch?.headers },
      body: init.body,
      signal: this.cut.signal,
      onConnected: () => {
        this.#connectMs = this.#elapsedMs();
        this.#within(deadlines.firstByteTimeoutMs, 'first-byte', 'no answer');
      },
    });
    return this.#answer(incoming);
  }

  /** Over for good. */
  finish(): void {
    this.stop();
    this.#tellEnd(this.#hasFailed ? 'failed' : 'answered');
  }

  #tellEnd(outcome: 'answered' | 'aborted' | 'failed'): void {
    this.#watch?.ended(outcome);
    this.#watch = undefined;
  }

  stop(): void {
    this.#stopDeadline();
    this.#call.signal?.removeEventListener('abort', this.#onAbort);
  }

  /** What a throw means here. The deadlines and the caller cut with the error that is to be thrown. */
  failed(thrown: unknown): EndpointError {
    this.#hasFailed = true;
    const error = this.cut.signal.aborted ? this.cut.signal.reason : thrown;
    return error instanceof EndpointError ? error : this.#unexpected(error);
  }

  /** Headers alone are no answer: some servers send them at once and think afterwards. */
  async #answer(incoming: Incoming): Promise<Answer> {
    const chunks = incoming.body[Symbol.asyncIterator]();
    const first = await chunks.next();
    this.cut.signal.throwIfAborted();
    this.#stopDeadline();
    const firstByteMs = this.#elapsedMs();
    const { status, headers } = incoming;
    this.#hasFailed = status < 200 || status > 299;
    this.#watch?.answered(status);
    const connectMs = this.#connectMs ?? firstByteMs;
    const head = first.done === true ? NO_BYTES : first.value;
    const close = () => {
      this.finish();
      if (!this.#ended) this.#onAbort();
      incoming.close();
    };
    return { status, headers, connectMs, firstByteMs, head, body: this.#body(head, chunks, close), close };
  }

  async *#body(head: Uint8Array, chunks: AsyncIterator<Uint8Array>, close: () => void) {
    try {
      this.#bytes = head.length;
      if (head.length > 0) yield head;
      for (;;) {
        this.#within(this.#call.deadlines.stallTimeoutMs, 'stall', `nothing after ${this.#bytes} bytes`);
        const next = await chunks.next();
        this.#stopDeadline();
        // Whatever the transport makes of the cut: what comes after it is not passed on.
        this.cut.signal.throwIfAborted();
        if (next.done === true) break;
        this.#bytes += next.value.length;
        yield next.value;
      }
      this.#ended = true;
    } catch (thrown) {
      throw this.failed(thrown);
    } finally {
      close();
    }
  }

  #within(ms: number, failure: 'connect' | 'first-byte' | 'stall', what: string): void {
    this.#stopDeadline();
    this.#stopDeadline = this.#clock.after(ms, () => {
      this.cut.abort(fault(this.#call, failure, `timed out: ${what} within ${ms} ms`));
    });
  }

  #unexpected(error: unknown): EndpointError {
    const rest = { hint: hintFor(error, this.#call), cause: error };
    const reason = reasonOf(error);
    if (this.#bytes > 0)
      return fault(this.#call, 'stall', `cut off after ${this.#bytes} bytes: ${reason}`, rest);
    if (this.#connectMs === undefined) return fault(this.#call, 'connect', `no connection: ${reason}`, rest);
    if (codeOf(error).startsWith('HPE_')) return fault(this.#call, 'invalid', `not HTTP: ${reason}`, rest);
    return fault(this.#call, 'first-byte', `connection closed before an answer: ${reason}`, rest);
  }

  #elapsedMs(): number {
    return this.#clock.now() - this.#startedMs;
  }
}
