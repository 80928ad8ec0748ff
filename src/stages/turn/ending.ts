import type { TurnPolicy } from './roles.ts';
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

/** An unfinished sentence is answered without further delay once it has to be: prepared this long ahead. */
const PREPARE_AHEAD_MS = 500;

/**
 * When a turn ends, by its words so far and by its sound.
 *
 * @param soundsOver - what the turn model says; `undefined` when it says nothing.
 */
export function endingOf(text: string, soundsOver: boolean | undefined, policy: TurnPolicy): Ending {
  const { minEndpointingMs: min, statementEndpointingMs: told, maxEndpointingMs: max } = policy;
  const words = policy.useWords ? completenessOf(text) : 'asked';
  if (words === 'unfinished') return { prepareMs: max - PREPARE_AHEAD_MS, readyMs: max, endMs: max };
  if (soundsOver === false) return { prepareMs: 0, readyMs: max, endMs: max };
  return { prepareMs: 0, readyMs: words === 'told' && !soundsOver ? told : min, endMs: told };
}
