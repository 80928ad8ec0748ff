/** `open`: its failures keep requests away from it. `half-open`: the next request tries whether it works again. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** Opens after so many failures in a row. */
const IN_A_ROW = 3;
/** Opens too when half of so many recent requests failed. */
const REMEMBERED = 10;
const FIRST_OPEN_MS = 5000;
const LONGEST_OPEN_MS = 60_000;

/**
 * Whether requests go to one endpoint (Envoy's outlier detection, with the slow among the failed). An endpoint that has
 * never answered, or to which there is no connection, is out after one failure: it costs more callers nothing.
 * Times are those of one clock, in milliseconds.
 */
export class Breaker {
  #recent: boolean[] = [];
  #inARow = 0;
  #hasAnswered = false;
  #openUntilMs: number | undefined;
  #openMs = FIRST_OPEN_MS;
  #isProbed = false;

  state(nowMs: number): BreakerState {
    if (this.#openUntilMs === undefined) return 'closed';
    return nowMs < this.#openUntilMs ? 'open' : 'half-open';
  }

  /** Failures since the last success. */
  get failuresInARow(): number {
    return this.#inARow;
  }

  succeeded(): void {
    if (this.#openUntilMs !== undefined) this.#recent = [];
    this.#remember(true);
    this.#hasAnswered = true;
    this.#inARow = 0;
    this.#openUntilMs = undefined;
    this.#openMs = FIRST_OPEN_MS;
    this.#isProbed = false;
  }

  /** @param isGone - there was no connection. */
  failed(nowMs: number, isGone = false): void {
    const state = this.state(nowMs);
    this.#remember(false);
    this.#inARow += 1;
    this.#isProbed = false;
    if (state === 'open') return;
    if (state === 'half-open') this.#openMs = Math.min(2 * this.#openMs, LONGEST_OPEN_MS);
    else if (!isGone && this.#hasAnswered && this.#inARow < IN_A_ROW && !this.#failsOften) return;
    this.#openUntilMs = nowMs + this.#openMs;
  }

  /** The caller's own request goes on as the trial of whether it works: others are asked until that ends. */
  doubt(nowMs: number): void {
    if (this.#openUntilMs !== undefined) return;
    this.#openUntilMs = nowMs;
    this.#isProbed = true;
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Whether the caller may try a half-open endpoint: one at a time, until it succeeds, fails or is released. */
  claimProbe(nowMs: number): boolean {
    if (this.#isProbed || this.state(nowMs) !== 'half-open') return false;
    this.#isProbed = true;
    return true;
  }

  /** The trial ended without a result. */
  releaseProbe(): void {
    this.#isProbed = false;
  }

  get #failsOften(): boolean {
    const failures = this.#recent.filter((ok) => !ok).length;
    return this.#recent.length === REMEMBERED && failures >= REMEMBERED / 2;
  }

  #remember(ok: boolean): void {
    this.#recent = [...this.#recent, ok].slice(-REMEMBERED);
  }
}
