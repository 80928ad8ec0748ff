import type { Deadlines } from './exchange.ts';

/** Longest wait for the beginning of an answer, all tries together, unless the deadlines themselves add up to more. */
export const LONGEST_PATIENCE_MS = 45_000;

/** Answers that are remembered of an endpoint. */
const REMEMBERED = 20;
/** Of those, how many say how long it is waited for. */
const LATELY = 8;
/** From so many on, the slowest is taken for an exception. */
const ENOUGH = 5;
/** An answer is late when it takes so many times what is likely. */
const MARGIN = 2;
/** The same where another request is made beside it, and nothing is given up. */
const HEDGE_MARGIN = 1.5;
/** The same of a piece in the middle of an answer, which is given up then. */
const STALL_MARGIN = 3;
/** Longer than this is late where another endpoint is likely to take less than a third. */
const OUTLIER_MS = 2500;
const OUTLIER_MARGIN = 3;
/** The same of an endpoint of which nothing is known, where another one is at hand: no more is lost than one request. */
const UNKNOWN_MS = 800;

/** One answer: how much was sent, how long it took. */
interface Answered {
  bytes: number;
  tookMs: number;
}

/** How long to wait for one answer, from when it was first asked for. */
export interface Patience {
  /** Then it is asked for a second time; `undefined`: the time left would not be enough for another answer. */
  askAgainMs: number | undefined;
  /** Then it is given up. */
  giveUpMs: number;
}

const pausesOf = (endpoint: string): string => `${endpoint} pauses`;

/**
 * How long endpoints took lately until their answers began. A slow one is then waited for, since asking it again would make
 * it slower; one that hangs is asked again.
 */
export class Pace {
  readonly #recent = new Map<string, Answered[]>();
  readonly #unansweredMs = new Map<string, number>();

  /** @param bytes - length of the request's body: seconds of audio, characters to speak, messages. */
  answered(endpoint: string, bytes: number, tookMs: number): void {
    const before = this.#recent.get(endpoint) ?? [];
    this.#recent.set(endpoint, [...before, { bytes, tookMs }].slice(-REMEMBERED));
    this.#unansweredMs.delete(endpoint);
  }

  /** Given up after so long: more patience may be needed than anything so far says. */
  unanswered(endpoint: string, waitedMs: number): void {
    this.#unansweredMs.set(endpoint, waitedMs);
  }

  /** What is known, as JSON can hold it. */
  snapshot(): Record<string, Answered[]> {
    return Object.fromEntries(this.#recent);
  }

  /** Takes over what another process knew of endpoints of which nothing is known here. */
  restore(known: Readonly<Record<string, Answered[]>>): void {
    for (const [endpoint, answers] of Object.entries(known)) {
      if (!this.#recent.has(endpoint)) this.#recent.set(endpoint, answers.slice(-REMEMBERED));
    }
  }

  /**
   * Never less patient than the deadlines: `firstByteTimeoutMs` for one try, `attempts` times that in all. With nothing
   * known, one try has all of that time, as a server that is slow and one that hangs look the same.
   */
  patience(endpoint: string, bytes: number, { firstByteTimeoutMs, attempts }: Deadlines): Patience {
    const allMs = firstByteTimeoutMs * attempts;
    if (!this.#isKnown(endpoint) && attempts > 1)
      return { askAgainMs: allMs, giveUpMs: allMs + Math.min(allMs / 2, LONGEST_PATIENCE_MS) };
    const likelyMs = this.#likelyMs(endpoint, bytes, LATELY);
    const lateMs = Math.max(firstByteTimeoutMs, MARGIN * likelyMs);
    const slowMs = Math.max(2 * MARGIN * likelyMs, 2 * (this.#unansweredMs.get(endpoint) ?? 0));
    const giveUpMs = Math.max(allMs, Math.min(slowMs, LONGEST_PATIENCE_MS));
    const isWorthIt = attempts > 1 && giveUpMs - lateMs >= likelyMs;
    return { askAgainMs: isWorthIt ? lateMs : undefined, giveUpMs };
  }

  /**
   * From when on another request is worth making beside one that waits for the beginning of its answer: 1.5 times the slowest
   * of the last 20 answers but one, or 2.5 s where nothing is known; with another endpoint at hand 0.8 s where nothing is known,
   * and not after three times what that one takes.
   *
   * @param others - endpoints that could answer in its place.
   */
  hedgeAfterMs(endpoint: string, others: readonly string[], bytes: number): number {
    const likelyMs = this.#likelyMs(endpoint, bytes);
    if (likelyMs === 0) return others.length > 0 ? UNKNOWN_MS : OUTLIER_MS;
    const lateMs = HEDGE_MARGIN * likelyMs;
    const outlierMs = others.map((other) => OUTLIER_MARGIN * this.#likelyMs(other, bytes));
    return Math.min(lateMs, ...outlierMs.map((ms) => Math.max(OUTLIER_MS, ms)));
  }

  /** @param longestMs - the longest wait between two pieces of an answer. */
  paused(endpoint: string, longestMs: number): void {
    this.answered(pausesOf(endpoint), 1, longestMs);
  }

  /**
   * How long the next piece of an answer is waited for: three times the longest pause in the last 20 answers but one, not less
   * than `stallAfterMs` and not more than `stallTimeoutMs`.
   *
   * @param unknownMs - the same where few answers are known.
   */
  stallMs(endpoint: string, { stallTimeoutMs, stallAfterMs = 0 }: Deadlines, unknownMs: number): number {
    if (stallAfterMs === 0) return stallTimeoutMs;
    const known = this.#recent.get(pausesOf(endpoint))?.length ?? 0;
    const lateMs = known < ENOUGH ? unknownMs : STALL_MARGIN * this.#likelyMs(pausesOf(endpoint), 1);
    return Math.min(stallTimeoutMs, Math.max(stallAfterMs, lateMs));
  }

  hasAnswered(endpoint: string): boolean {
    return this.#recent.has(endpoint);
  }

  #isKnown(endpoint: string): boolean {
    return this.#recent.has(endpoint) || this.#unansweredMs.has(endpoint);
  }

  /** The slowest of the recent answers; for more input than any of them had, in proportion. 0: nothing is known. */
  #likelyMs(endpoint: string, bytes: number, answers = REMEMBERED): number {
    const recent = (this.#recent.get(endpoint) ?? []).slice(-answers);
    const slowestFirst = recent.map(({ tookMs }) => tookMs).sort((a, b) => b - a);
    const slowestMs = slowestFirst[recent.length < ENOUGH ? 0 : 1] ?? 0;
    const largest = Math.max(1, ...recent.map((answer) => answer.bytes));
    return slowestMs * Math.max(1, bytes / largest);
  }
}
