import type { Log } from '../observe/log.ts';
import type { AnswerEnd } from '../stages/hooks.ts';

/** Warns once in a call that the chat model thinks before it speaks: callers wait for that, and may hear it. */
export function createThoughtsWarning(
  log: Log,
): (end: Pick<AnswerEnd, 'thoughtChars' | 'spokenThoughtChars' | 'thinkingOff'>) => void {
  let isSaid = false;
  return ({ thoughtChars, spokenThoughtChars, thinkingOff }) => {
    if (isSaid || thinkingOff === undefined) return;
    isSaid = true;
    log.warn(
      { thoughtChars, spokenThoughtChars, hint: `turn it off: ${thinkingOff}` },
      'the chat model thinks before it answers: the caller waits meanwhile',
    );
  };
}
