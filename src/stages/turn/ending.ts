import type { Finished, FinishedJudge, TurnPolicy } from './roles.ts';
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
  /** It goes on with one that had ended too early. */
  wasCutOff: boolean;
}

/** When a turn ends. @param text - its words so far; none where nothing could be understood */
export function expectedEnding(text: string, { policy, judge, soundsOver, wasCutOff }: Known): Ending {
  const { maxEndpointingMs: max } = policy;
  if (wasCutOff && text) return { prepareMs: 0, readyMs: max, endMs: max };
  return judge && text ? judgedEnding(judge.judge(text), policy) : endingOf(text, soundsOver, policy);
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

/**
 * When a turn ends that was judged. Its answer is prepared at once in any case: a caller who was wrongly taken to go on
 * waits, and then no longer.
 */
export function judgedEnding(finished: Finished, policy: TurnPolicy): Ending {
  const { minEndpointingMs, statementEndpointingMs, unsureEndpointingMs, maxEndpointingMs } = policy;
  if (finished === 'surely')
    return { prepareMs: 0, readyMs: minEndpointingMs, endMs: statementEndpointingMs };
  const ms = finished === 'perhaps' ? unsureEndpointingMs : maxEndpointingMs;
  return { prepareMs: 0, readyMs: ms, endMs: ms };
}
