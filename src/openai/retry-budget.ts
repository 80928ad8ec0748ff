/** Of each request, so much of another one may be made: every fifth that hangs costs a quarter more. */
const SHARE = 0.3;
/** Requests beyond that share that may be made at once: at the start, and after a quiet time. */
const MOST = 6;
/** One is given back after so long without. */
const EACH_MS = 10_000;

/**
 * How many requests may be made beside or after others (Finagle's and Envoy's retry budget): a server that is slow as a whole
 * is not sent twice what callers ask.
 */
export class RetryBudget {
  #left = MOST;
  #atMs: number | undefined;

  /** A request is made for its own sake. */
  asked(nowMs: number): void {
    this.#giveBack(nowMs);
    this.#left = Math.min(MOST, this.#left + SHARE);
  }

  /** @returns whether one more may be made, which is then counted. */
  take(nowMs: number): boolean {
    this.#giveBack(nowMs);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** One more is made in any case. */
  spend(): void {
    this.#left = Math.max(0, this.#left - 1);
  }

  #giveBack(nowMs: number): void {
    const sinceMs = Math.max(0, nowMs - (this.#atMs ?? nowMs));
    this.#atMs = nowMs;
    this.#left = Math.min(MOST, this.#left + sinceMs / EACH_MS);
  }
}
