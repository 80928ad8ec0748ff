/** The longest phrase that is found again, in words. */
const LONGEST_PHRASE = 24;
/** A word of this many letters is several without spaces, or a loop of syllables: it is read letter by letter. */
const LONGEST_WORD = 24;
/** Nobody reads out more digits in one breath; recognisers repeat a zero hundreds of times. */
const MOST_DIGITS = 40;
/** What a phrase is repeated at least, by its words, that nobody repeats so often. */
const FEWEST_TIMES = { word: 10, phrase: 6, sentence: 4 };
/** The same where the recogniser's own compression ratio says that the text is a loop. */
const FEWEST_TIMES_DOUBTED = 4;
/** A text with more loops than these keeps the others. */
const MOST_LOOPS = 4;

const DIGIT =
  /^(?:\p{N}+|zero|oh|one|two|three|four|five|six|seven|eight|nine|kosong|satu|dua|tiga|empat|lima|enam|tujuh|lapan|sembilan)$/u;
/** Words, and in scripts without spaces their letters. */
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\P{L}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}][\p{L}\p{M}'’-]*|\p{N}+/gu;

interface Word {
  text: string;
  start: number;
  end: number;
}

/**
 * A transcript without what the recogniser said over and over: a loop of Whisper's decoder, which repeats a word or a
 * sentence until its 30 seconds are full. What is before and after the loop stays, and the phrase once; of a text that
 * is nothing but a loop nothing stays. Digits of a number, «no no no no» and «ha ha ha» are no loop.
 *
 * Looks at each word `LONGEST_PHRASE` times.
 *
 * @param isDoubted - the recogniser's compression ratio says that it is one: fewer repetitions are enough.
 */
export function withoutLoops(text: string, isDoubted: boolean): string {
  let rest = text;
  for (let found = 0; found < MOST_LOOPS; found++) {
    const shorter = withoutLoop(rest, isDoubted);
    if (shorter === rest) break;
    rest = shorter;
  }
  return rest;
}

function withoutLoop(text: string, isDoubted: boolean): string {
  const words = wordsOf(text);
  for (let length = 1; length <= Math.min(LONGEST_PHRASE, words.length / 2); length++) {
    const run = longestRun(words, length);
    if (!isLoop(words, run, length, isDoubted)) continue;
    if (run.end - run.start > words.length - length) return '';
    return text.slice(0, words[run.start + length - 1]?.end) + text.slice(words[run.end - 1]?.end);
  }
  return text;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.toLowerCase().matchAll(WORDS)) {
    const [word] = match;
    const parts = word.length > LONGEST_WORD ? Array.from(word) : [word];
    let start = match.index;
    for (const part of parts) {
      words.push({ text: part, start, end: start + part.length });
      start += part.length;
    }
  }
  return words;
}

/** The most words in a row, from `start` to before `end`, that each are the same as the one `length` before. */
function longestRun(words: readonly Word[], length: number): { start: number; end: number } {
  let longest = { start: 0, end: 0 };
  let start = 0;
  for (let at = length; at <= words.length; at++) {
    if (at < words.length && words[at]?.text === words[at - length]?.text) continue;
    if (at - start > longest.end - longest.start) longest = { start, end: at };
    start = at - length + 1;
  }
  return longest;
}

function isLoop(
  words: readonly Word[],
  { start, end }: { start: number; end: number },
  length: number,
  isDoubted: boolean,
): boolean {
  const isNumber = words.slice(start, start + length).every(({ text }) => DIGIT.test(text));
  if (isNumber) return end - start > MOST_DIGITS;
  const { word, phrase, sentence } = FEWEST_TIMES;
  const fewest = length === 1 ? word : length < 6 ? phrase : sentence;
  return (end - start) / length >= (isDoubted ? Math.min(fewest, FEWEST_TIMES_DOUBTED) : fewest);
}
