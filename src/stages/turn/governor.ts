/** Weight of the newest answer; about the last five count. */
const WEIGHT = 0.3;

/**
 * Says whether an endpoint may be asked ahead of need. It may not while it is slow or refuses: then each wasted request
 * makes the needed one later. What is needed is still asked for, and shows when the endpoint has recovered.
 */
export class SpeculationGovernor {
  readonly #slowMs: number;
  readonly #averageMs = new Map<string, number>();

  /** @param slowMs - average answer time from which on an endpoint is only asked for what is needed. */
  constructor(slowMs: number) {
    this.#slowMs = slowMs;
  }

  answered(endpoint: string, tookMs: number): void {
    const before = this.#averageMs.get(endpoint);
    this.#averageMs.set(endpoint, before === undefined ? tookMs : before + WEIGHT * (tookMs - before));
  }

  /** It refused, or did not answer. */
  failed(endpoint: string): void {
    this.#averageMs.set(endpoint, Math.max(2 * this.#slowMs, this.#averageMs.get(endpoint) ?? 0));
  }

  allows(...endpoints: readonly string[]): boolean {
    return endpoints.every((endpoint) => (this.#averageMs.get(endpoint) ?? 0) < this.#slowMs);
  }
}
