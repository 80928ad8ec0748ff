/** @typedef {{lost: number, arrived: number}} Counts of packets, since the call began */

/**
 * How much was lost lately: over a whole call, a network that has just gone bad hardly shows.
 */
export class RecentLoss {
  /** @type {Counts[]} */ #kept = [];
  #samples;

  /** @param {number} samples that are looked back over */
  constructor(samples) {
    this.#samples = samples;
  }

  /**
   * @param {Counts | undefined} counts of this moment; none while there is no connection
   * @returns {number | undefined} percent since the oldest sample kept; `undefined` until something arrived since
   */
  percentAt(counts) {
    if (!counts) return undefined;
    const last = this.#kept.at(-1);
    // Another connection counts from the beginning.
    if (last && counts.arrived < last.arrived) this.#kept = [];
    const [oldest = { lost: 0, arrived: 0 }] = this.#kept;
    this.#kept.push(counts);
    if (this.#kept.length > this.#samples) this.#kept.shift();
    const lost = Math.max(0, counts.lost - oldest.lost);
    const all = lost + counts.arrived - oldest.arrived;
    return all > 0 ? Number(((100 * lost) / all).toFixed(1)) : undefined;
  }
}
