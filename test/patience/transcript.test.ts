import { expect, test } from 'vitest';
import { transcribed } from './transcript.ts';

/** Chances that are never small: no word is mistaken, no mark is lost or invented. */
const faultless = () => () => 0.99;

test('writes what was said', () => {
  const text = transcribed(['Is', 'it', 'you?'], ['x'], {
    punctuates: true,
    numerals: false,
    seed: faultless,
  });
  expect(text).toBe('Is it you?');
});

test('a transcriber without punctuation writes small letters only', () => {
  const text = transcribed(['Is', 'it', 'you?'], ['x'], {
    punctuates: false,
    numerals: false,
    seed: faultless,
  });
  expect(text).toBe('is it you');
});

test('digits that follow each other become one number, a single one stays a word', () => {
  const write = (...words: string[]) =>
    transcribed(words, ['x'], { punctuates: true, numerals: true, seed: faultless });
  expect(write('It', 'is', 'four', 'four,', 'one', 'two')).toBe('It is 44, 12');
  expect(write('For', 'two', 'people')).toBe('For two people');
});

test('a sentence that is cut off may end with a mark that is not there', () => {
  const text = transcribed(['What', 'time', 'does'], ['x'], {
    ...{ punctuates: true, numerals: false },
    // No word is mistaken, and the first chance of a mark is taken.
    seed: () => sequence(0.9, 0.9, 0.9, 0.9, 0.9, 0.1),
  });
  expect(text).toBe('What time does.');
});

test('what is written at a moment is always the same', () => {
  let asked = 0;
  const seed = (words: number) => {
    asked = words;
    return sequence(0.5, 0.01, 0.6, 0.5, 0.5);
  };
  const once = transcribed(['one', 'word'], ['another'], { punctuates: true, numerals: false, seed });
  expect(transcribed(['one', 'word'], ['another'], { punctuates: true, numerals: false, seed })).toBe(once);
  expect(asked).toBe(2);
});

function sequence(...values: number[]): () => number {
  let at = 0;
  return () => values[at++ % values.length] ?? 0;
}
