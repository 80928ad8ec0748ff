import type { Audio } from './audio.ts';

const MAX_WAITING = 4;

/** Sound to be written down. */
export interface Speech extends Audio {
  /** Code such as `en`, where the request says it. */
  language?: string | undefined;
}

/** What hears behind the stand-in STT. */
export interface Recognizer {
  /** Such as `pocketsphinx`; may change as a better one arrives. */
  readonly name: string;
  /** What was said, `''` for nothing; `undefined` when the machine is too busy or the recognizer failed. */
  recognize(speech: Speech, signal: AbortSignal): Promise<string | undefined>;
}

/** One recognition at a time, and few waiting: each takes a core or two. Those that left are not begun. */
export function oneAtATime(run: Recognizer['recognize']): Recognizer['recognize'] {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (speech, signal) => {
    if (waiting >= MAX_WAITING) return undefined;
    waiting += 1;
    const mine = last.then(() => (signal.aborted ? undefined : run(speech, signal)));
    last = mine
      .catch(() => undefined)
      .finally(() => {
        waiting -= 1;
      });
    return mine;
  };
}
