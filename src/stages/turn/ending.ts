import type { FinishedJudge, TurnPolicy } from './roles.ts';
import { completenessOf } from './words.ts';

/** Silences after the last sound of a turn, and what follows on each if the caller says no more. */
export interface Ending {
  /** The answer is prepared. 0: at once. */
  prepareMs: number;
  /** The turn ends as soon as its answer is ready. */
  readyMs: number;
  /** The turn ends, ready or not. */
  endMs: number;
}

/** The answer to an unfinished sentence is prepared so long before the turn ends at the latest. */
const PREPARE_AHEAD_MS = 500;

/** What is known of a turn beside its words. */
interface Known {
  policy: TurnPolicy;
  judge?: FinishedJudge | undefined;
  /** What the turn model predicts; `undefined` when it predicts nothing. */
  soundsOver: boolean | undefined;
  /** What the chat model says: `awaited` before it does; `undefined` where it is not asked. */
  finished?: boolean | 'awaited' | undefined;
  /** It goes on with one that had ended too early. */
  wasCutOff: boolean;
}

/** When a turn ends. @param text - its words so far; none where nothing could be understood */
export function expectedEnding(text: string, known: Known): Ending {
  const { policy, judge, soundsOver, finished, wasCutOff } = known;
  const { minEndpointingMs: min, statementEndpointingMs: likely, maxEndpointingMs: max } = policy;
  if (text && (wasCutOff || finished === false)) return { prepareMs: 0, readyMs: max, endMs: max };
  if (text && finished === true) return { prepareMs: 0, readyMs: min, endMs: likely };
  const ending = judge && text ? judgedEnding(judge.judge(text), policy) : endingOf(text, soundsOver, policy);
  // The model can only say that an unfinished sentence is a whole one once it is asked.
  return finished === 'awaited' ? { ...ending, prepareMs: 0 } : ending;
}

/**
 * When a turn ends, by its words so far and by its sound.
 *
 * @param soundsOver - what the turn model predicts; `undefined` when it predicts nothing.
 */
export function endingOf(text: string, soundsOver: boolean | undefined, policy: TurnPolicy): Ending {
  const { minEndpointingMs: min, statementEndpointingMs: statement, maxEndpointingMs: max } = policy;
  const words = policy.useWords ? completenessOf(text) : 'question';
  if (words === 'unfinished') return { prepareMs: max - PREPARE_AHEAD_MS, readyMs: max, endMs: max };
  if (soundsOver === false) return { prepareMs: 0, readyMs: max, endMs: max };
  return { prepareMs: 0, readyMs: words === 'statement' && !soundsOver ? statement : min, endMs: statement };
}

/** Callers who have finished and seem so least of all wait as long as those who surely go on. */
const LEAST = 0.03;
/** From here on few go on: the turn ends after the silence that ends any turn. */
const LIKELY = 0.28;
/** From here on it ends the sooner, the surer that is. */
const SURE = 0.85;

/**
 * When a turn ends that was judged: the surer that the caller has finished, the sooner. Its answer is prepared at once in any
 * case: a caller who was wrongly taken to go on waits, and then no longer.
 *
 * @param finished - of `FinishedJudge.judge`.
 */
export function judgedEnding(finished: number, policy: TurnPolicy): Ending {
  const { minEndpointingMs: min, statementEndpointingMs: likely } = policy;
  const unsure = Math.max(likely, policy.unsureEndpointingMs);
  if (finished >= LIKELY) {
    const readyMs = between(likely, min, (finished - SURE) / (1 - SURE));
    return { prepareMs: 0, readyMs, endMs: likely };
  }
  const middle = (likely + unsure) / 2;
  const waited = between(unsure, middle, (finished - LEAST) / (LIKELY - LEAST));
  const ms = finished < LEAST ? policy.maxEndpointingMs : waited;
  return { prepareMs: 0, readyMs: ms, endMs: ms };
}

/** @param share - of the way from `from` to `to`; those not on it are at its ends. */
const between = (from: number, to: number, share: number): number =>
  Math.round(from + (to - from) * Math.max(0, Math.min(1, share)));
