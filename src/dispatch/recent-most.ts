/** A turn of a conversation, its silence included. */
const WITHIN_MS = 5000;

/** The largest of the values of the last 5 s. */
export class RecentMost {
  /** Each larger than those behind it. */
  #values: { value: number; atMs: number }[] = [];

  /** @returns 0 where there was none. */
  valueAt(nowMs: number): number {
    return this.#values.find(({ atMs }) => atMs >= nowMs - WITHIN_MS)?.value ?? 0;
  }

  add(value: number, nowMs: number): void {
    this.#values = this.#values.filter((one) => one.value > value && one.atMs >= nowMs - WITHIN_MS);
    this.#values.push({ value, atMs: nowMs });
  }
}
