import { messageOf } from '../errors.ts';
import type { CallEvent, Happening, Subscriber } from '../observe/call-events.ts';
import type { Log } from '../observe/log.ts';

export interface CallEventsParts {
  callId: string;
  log: Log;
  /** When the call began, where it began elsewhere; milliseconds since the epoch. */
  startedAtMs?: number | undefined;
  /** Milliseconds since the epoch. */
  wallNow?: () => number;
}

/**
 * The one stream of what happens in a call. Everybody is told of one event before anybody is told of the next, also where
 * a subscriber causes another one.
 */
export class CallEvents {
  readonly #parts: CallEventsParts;
  readonly #subscribers: Subscriber[] = [];
  readonly #waiting: CallEvent[] = [];
  #isTelling = false;
  #isOver = false;
  #startedAtMs: number | undefined;
  #hasStarted = false;

  constructor(parts: CallEventsParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.startedAtMs;
  }

  /** For the rest of the call; told after those who came before. */
  subscribe(subscriber: Subscriber): void {
    this.#subscribers.push(subscriber);
  }

  emit(happening: Happening): void {
    if (this.#isOver) return;
    const atMs = this.#now();
    if (happening.type === 'started') {
      this.#hasStarted = true;
      this.#startedAtMs ??= atMs;
    }
    this.#waiting.push({ ...happening, callId: this.#parts.callId, atMs });
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#tell(next);
    this.#isTelling = false;
  }

  /** The last event; what comes after it is told to nobody. */
  end({ reason, ok }: { reason: string; ok: boolean }): void {
    const startedAtMs = this.#startedAtMs;
    const durationMs = startedAtMs === undefined ? undefined : this.#now() - startedAtMs;
    this.emit({ type: 'ended', reason, ok, durationMs });
    this.close();
  }

  /** Nobody is told of anything any more: the call goes on elsewhere. */
  close(): void {
    this.#isOver = true;
  }

  /** Whether the agent listened here. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  #now(): number {
    return (this.#parts.wallNow ?? Date.now)();
  }

  #tell(event: CallEvent): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(event);
      } catch (error) {
        this.#parts.log.error(
          { event: event.type, error: messageOf(error) },
          'a subscriber of events failed',
        );
      }
    }
  }
}
