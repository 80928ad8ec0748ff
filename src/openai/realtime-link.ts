import type { EndpointError } from '../errors.ts';
import { systemClock } from './clock.ts';
import { type ConnectOptions, connectRealtime, type RealtimeConnection } from './realtime-connection.ts';
import { delayAfter } from './retry-delay.ts';

const LONGEST_PAUSE_MS = 5000;

export interface LinkOptions extends ConnectOptions {
  random?: (() => number) | undefined;
  /** Why there is no connection, and how many in a row came to nothing. */
  onRetry?: ((error: EndpointError, failures: number) => void) | undefined;
}

/** Keeps one connection open until it is closed: pauses between tries as `retrying` does, without end. */
export class RealtimeLink {
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  #connection: RealtimeConnection | undefined;
  #connecting = false;
  #failures = 0;
  #stopPause = () => {};

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Of this moment. */
  get connection(): RealtimeConnection | undefined {
    return this.#connection;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Ends a pause: somebody waits. */
  connectNow(): void {
    if (this.#connection !== undefined || this.#connecting || this.closed) return;
    this.#failures = 0;
    this.#connect();
  }

  /** The connection does its work: the next failure is the first again. */
  works(): void {
    this.#failures = 0;
  }

  close(): void {
    this.#stopPause();
    this.#closing.abort();
  }

  #connect(): void {
    this.#stopPause();
    this.#connecting = true;
    const onReady = (connection: RealtimeConnection) => {
      this.#connecting = false;
      this.#connection = connection;
      this.#options.onReady(connection);
    };
    const onLost = (error: EndpointError) => this.#lost(error);
    connectRealtime({ ...this.#options, onReady, onLost }, this.#closing.signal);
  }

  #lost(error: EndpointError): void {
    this.#connecting = false;
    this.#connection = undefined;
    if (this.closed) return;
    this.#failures += 1;
    // What cannot be helped is only tried again for somebody who waits.
    if (error.retryable) {
      const { clock = systemClock, random = Math.random } = this.#options;
      const delayMs = Math.min(delayAfter(error, this.#failures, random), LONGEST_PAUSE_MS);
      this.#stopPause = clock.after(delayMs, () => this.#connect());
    }
    this.#options.onRetry?.(error, this.#failures);
    this.#options.onLost(error);
  }
}
