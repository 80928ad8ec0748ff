import { wordsOf } from './corpus-text.ts';

export interface CutOff {
  cutOff: 'talked over' | 'first part only' | undefined;
  /** Words that were said and are not in what was answered. */
  missing: string[];
}

/**
 * Whether a caller was cut off: the agent spoke before they had ended, or answered without having all they said. A
 * word or two that a transcription lost elsewhere are counted as missing, not as a cut-off.
 *
 * @param phrases - what was said, the words of each part.
 * @param answered - what the answered question held; `undefined` where it is not known.
 */
export function cutOffOf(
  phrases: readonly (readonly string[])[],
  answered: string | undefined,
  talkedOver: boolean,
): CutOff {
  const missingByPhrase = answered === undefined ? [] : missingFrom(phrases, wordsOf(answered));
  const missing = missingByPhrase.flat();
  const lacksPart = missingByPhrase.some((lost, index) => {
    const words = phrases[index] ?? [];
    return lost.length > 0 && lost.length * 2 >= words.length;
  });
  const lastWord = phrases.at(-1)?.at(-1);
  const lacksEnd = lastWord !== undefined && missingByPhrase.at(-1)?.at(-1) === lastWord;
  if (talkedOver) return { cutOff: 'talked over', missing };
  return { cutOff: lacksPart || lacksEnd ? 'first part only' : undefined, missing };
}

/** Of each phrase, the words that were not heard in order after those of the phrase before. */
function missingFrom(phrases: readonly (readonly string[])[], heard: readonly string[]): string[][] {
  let at = 0;
  return phrases.map((words) =>
    words.filter((word) => {
      const found = heard.indexOf(word, at);
      if (found < 0) return true;
      at = found + 1;
      return false;
    }),
  );
}
