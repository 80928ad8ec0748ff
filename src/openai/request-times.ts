import { type Clock, systemClock } from './clock.ts';
import type { Patience } from './pace.ts';
import type { Route, RouteOptions } from './retry.ts';
import { FIRST_DELAY_MS } from './retry-delay.ts';
import { type Candidate, processRoutes, type RouteMemory } from './route-memory.ts';

/** How long one request may take, and what its times teach. */
export class RequestTimes {
  readonly clock: Clock;
  readonly #bytes: number;
  readonly #deadlines: RouteOptions['deadlines'];
  readonly #routes: RouteMemory;
  readonly #startedMs: number;
  #firstKey = '';
  #patience: Patience = { askAgainMs: undefined, giveUpMs: 0 };

  constructor({ bytes }: Route<Candidate>, { deadlines, routes, clock = systemClock }: RouteOptions) {
    this.clock = clock;
    this.#bytes = bytes;
    this.#deadlines = deadlines;
    this.#routes = routes ?? processRoutes;
    this.#startedMs = clock.now();
  }

  /** @param key - of the server that is asked first. */
  begin(key: string): void {
    this.#firstKey = key;
    this.#patience = this.#routes.pace.patience(key, this.#bytes, this.#deadlines);
  }

  /** From the start of a try on; `undefined`: it is not asked again, however long it takes. */
  get askAgainMs(): number | undefined {
    return this.#patience.askAgainMs;
  }

  get leftMs(): number {
    return this.#patience.giveUpMs - (this.clock.now() - this.#startedMs);
  }

  /** Of a try that begins now. */
  get deadlines(): RouteOptions['deadlines'] {
    return { ...this.#deadlines, firstByteTimeoutMs: Math.max(1, Math.ceil(this.leftMs)) };
  }

  get isUp(): boolean {
    return this.leftMs < FIRST_DELAY_MS;
  }

  /**
   * When a try at a server is late, from its start on; infinite where nobody hedges.
   *
   * @param others - keys of servers that could answer in its place.
   */
  lateAfterMs(key: string, others: readonly string[]): number {
    const { attempts, hedgeAfterMs = 0 } = this.#deadlines;
    if (attempts === 1 || hedgeAfterMs === 0) return Number.POSITIVE_INFINITY;
    return Math.max(hedgeAfterMs, this.#routes.pace.hedgeAfterMs(key, others, this.#bytes));
  }

  /** Whether a try that is late by so much is hedged rather than asked again. */
  isHedged(lateAfterMs: number): boolean {
    return lateAfterMs < (this.#patience.askAgainMs ?? this.#patience.giveUpMs);
  }

  hasAnswered(key: string): boolean {
    return this.#routes.pace.hasAnswered(key);
  }

  answered(key: string, tookMs: number): void {
    this.#routes.pace.answered(key, this.#bytes, tookMs);
  }

  /** No answer came within all the time that there was. */
  gaveUp(): void {
    if (this.isUp) this.#routes.pace.unanswered(this.#firstKey, this.#patience.giveUpMs);
  }
}
