import { AppError, messageOf } from '../errors.ts';
import { type Clock, pause } from '../openai/clock.ts';
import { socketAgentFor } from '../openai/proxy.ts';
import { hideUrlSecrets } from '../urls.ts';
import { type AgentSocket, openAgentSocket, type SocketParts, type ToLiveKit } from './agent-socket.ts';

/** How long a worker that was never registered tries before it gives up. */
const GIVE_UP_MS = 80_000;
const FIRST_PAUSE_MS = 125;
/**
 * Calls go on while the connection is down, and new ones are lost: a worker that was registered tries soon and for ever. LiveKit
 * drops the job of a caller who joins before a worker is there, and pages come back within a second.
 */
const LONGEST_PAUSE_MS = { before: 5000, after: 250 } as const;

export interface LinkParts extends Omit<SocketParts, 'clock'> {
  clock: Clock;
  onRegistered(workerId: string): void;
  /** The connection fell: LiveKit has forgotten the offers that were accepted on it. */
  onLost(): void;
}

/** Says what to look at. @param error - why `LiveKitLink.run` gave up. */
export function lostLiveKit(url: string, error: unknown): AppError {
  const byProxy = socketAgentFor(url)
    ? ', and HTTP_PROXY, HTTPS_PROXY and NO_PROXY, by which a proxy leads there'
    : '';
  return new AppError(`worker lost LiveKit at ${hideUrlSecrets(url)}: ${messageOf(error)}`, {
    hint: `check LIVEKIT_URL, that LIVEKIT_API_KEY and LIVEKIT_API_SECRET are the server’s${byProxy}`,
    cause: error,
  });
}

/** The worker's connection to LiveKit, opened again whenever it falls. */
export class LiveKitLink {
  readonly #parts: LinkParts;
  #socket: AgentSocket | undefined;
  #stop = new AbortController();
  #wasRegistered = false;
  #lastReason = '';

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  isRegistered(): boolean {
    return this.#socket !== undefined;
  }

  /** Says something to LiveKit; does nothing while the connection is down. */
  send(message: ToLiveKit): void {
    this.#socket?.send(message);
  }

  /** Holds the connection until `close`. @throws AppError when LiveKit did not register the worker for 80 s. */
  async run(): Promise<void> {
    const { clock } = this.#parts;
    const startMs = clock.now();
    for (let failures = 0; !this.#stop.signal.aborted; failures += 1) {
      try {
        await this.#connection();
        failures = 0;
      } catch (error) {
        if (!this.#wasRegistered && clock.now() - startMs >= GIVE_UP_MS) throw error;
        this.#tell(error);
      }
      await this.#pause(failures);
    }
  }

  close(): void {
    this.#stop.abort();
    this.#socket?.close();
  }

  /** One connection, from its opening to its end. */
  async #connection(): Promise<void> {
    const { log, onRegistered, onLost } = this.#parts;
    const socket = await openAgentSocket(this.#parts);
    if (this.#stop.signal.aborted) return socket.close();
    this.#socket = socket;
    this.#wasRegistered = true;
    this.#lastReason = '';
    onRegistered(socket.workerId);
    const reason = await socket.closed;
    this.#socket = undefined;
    onLost();
    if (!this.#stop.signal.aborted)
      log.warn({ reason }, 'connection to LiveKit lost: running calls go on, connecting again');
  }

  /** Each reason once: the tries may go on for hours. */
  #tell(error: unknown): void {
    const reason = messageOf(error);
    if (reason === this.#lastReason || this.#stop.signal.aborted) return;
    this.#lastReason = reason;
    const hint = error instanceof AppError ? error.hint : undefined;
    this.#parts.log.warn({ reason, hint }, 'cannot register with LiveKit, trying again');
  }

  #pause(failures: number): Promise<void> {
    const longestMs = LONGEST_PAUSE_MS[this.#wasRegistered ? 'after' : 'before'];
    return pause(this.#parts.clock, Math.min(longestMs, FIRST_PAUSE_MS * 2 ** failures), this.#stop.signal);
  }
}
