import type { TurnPolicy } from './roles.ts';

/** Weight of the newest; about the last five count. */
const WEIGHT = 0.3;
/** Transcriptions for nothing, a turn: a caller with more of them speaks with pauses. */
const MANY_WASTED = 0.75;

/**
 * Says whether an endpoint may be asked ahead of need. It may not while it is slow or refuses: then each wasted request
 * makes the needed one later. What is needed is still asked for, and shows when the endpoint has recovered.
 */
export class SpeculationGovernor {
  readonly #slowMs: number;
  readonly #averageMs = new Map<string, number>();
  #wasted = 0;
  #wastedPerTurn = 0;

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

  /** It was not waited for any longer: it takes at least so long, which says something once that is slow. */
  abandoned(endpoint: string, afterMs: number): void {
    const known = Math.max(this.#slowMs, this.#averageMs.get(endpoint) ?? 0);
    if (afterMs > known) this.answered(endpoint, afterMs);
  }

  /** The caller went on after a transcription was asked for. */
  wasted(): void {
    this.#wasted += 1;
  }

  turnEnded(): void {
    this.#wastedPerTurn += WEIGHT * (this.#wasted - this.#wastedPerTurn);
    this.#wasted = 0;
  }

  /** Whether this caller often goes on after a short pause, and is better given a longer one. */
  get isPatient(): boolean {
    return this.#wastedPerTurn > MANY_WASTED;
  }

  /** Pause at which a turn so far is transcribed. */
  pauseMs({ speculation, speculateAfterMs, patientAfterMs, minEndpointingMs }: TurnPolicy): number {
    if (speculation === 'off' || !this.allows('stt')) return minEndpointingMs;
    return this.isPatient ? Math.max(speculateAfterMs, patientAfterMs) : speculateAfterMs;
  }

  allows(...endpoints: readonly string[]): boolean {
    return endpoints.every((endpoint) => (this.#averageMs.get(endpoint) ?? 0) < this.#slowMs);
  }
}
