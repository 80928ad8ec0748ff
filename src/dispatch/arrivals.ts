/** A call that begins computes for about a second: reads its prompt, joins, greets. */
const RECENT_MS = 3000;
/** Where callers come all the time, there is a moment to be found all the same. */
const AT_MOST_MS = 10_000;

/**
 * Whether callers come at this moment. To load a process takes a processor for a second and more, which those who call then wait for:
 * a spare one starts after them.
 */
export class Arrivals {
  #firstMs: number | undefined;
  #lastMs = 0;

  /** A call is started that did not run before. */
  came(nowMs: number): void {
    if (!this.areRecent(nowMs)) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** What is missing now is not to wait for anybody. */
  forget(): void {
    this.#firstMs = undefined;
  }

  /** Within 3 s of the last one, and 10 s of the first of those that came so. */
  areRecent(nowMs: number): boolean {
    if (this.#firstMs === undefined) return false;
    return nowMs - this.#lastMs < RECENT_MS && nowMs - this.#firstMs < AT_MOST_MS;
  }
}
