import type { RequestKind } from './exchange.ts';
import type { Chosen } from './server-choice.ts';

/** A late request and one that was sent in its place: more would make a slow server slower still. */
export const MOST_AT_ONCE = 2;
/** The same with hedging, whose budget bounds it too. */
export const MOST_HEDGED = 3;
/** A server that is tried whether it works has so long to begin its answer. */
export const PROBE_MS = 2500;

/** One try of a request, under way. */
export interface Try<S> {
  readonly number: number;
  readonly chosen: Chosen<S>;
  kind: RequestKind;
  readonly cancel: AbortController;
  readonly startedMs: number;
  /** Past this it is late; infinite where nobody hedges. */
  readonly lateAfterMs: number;
  stopTimer(): void;
}
