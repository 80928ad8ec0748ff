/** What a transcriber may write of words: with case, punctuation and mistakes of its own. */

/** How one transcriber writes, and its chance; drawn once a sentence. */
export interface Writing {
  punctuates: boolean;
  numerals: boolean;
  /** Differs for each transcription of a sentence: what was written at a pause may be read otherwise at the end. */
  seed: (words: number) => () => number;
}

export const PLAIN_SHARE = 0.3;
export const NUMERALS_SHARE = 0.6;
const WRONG_WORD = 0.04;
const LOST_MARK = 0.15;
const LOST_INNER_MARK = 0.35;
/** A full stop or a comma where nothing ends, as Whisper and others put it after what was cut off. */
const INVENTED = { '.': 0.45, ',': 0.12, '...': 0.06, '?': 0.04 };
const QUESTION_AS_STATEMENT = 0.25;

/**
 * @param words - as they are in the text, punctuation attached; all that was said so far.
 * @param others - words of the language to mistake one for.
 */
export function transcribed(words: readonly string[], others: readonly string[], writing: Writing): string {
  const random = writing.seed(words.length);
  const heard = words.map((word) => (random() < WRONG_WORD ? mistaken(word, others, random) : word));
  const known = heard.filter(Boolean);
  const written = known.map((word, index) =>
    index === known.length - 1 ? lastMark(word, random) : innerMark(word, random),
  );
  const text = (writing.numerals ? withNumerals(written) : written).join(' ').replace(/^¿|¿/g, '');
  if (!writing.punctuates) return text.toLowerCase().replace(/[^\p{L}\p{N}'\s-]/gu, '');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function mistaken(word: string, others: readonly string[], random: () => number): string {
  if (random() < 0.3) return '';
  const [mark = ''] = /[.?!,]*$/.exec(word) ?? [];
  return `${others[Math.floor(random() * others.length)] ?? word}${mark}`;
}

const innerMark = (word: string, random: () => number): string =>
  random() < LOST_INNER_MARK ? word.replace(/[.?!,]+$/, '') : word;

function lastMark(word: string, random: () => number): string {
  const [mark = ''] = /[.?!]+$/.exec(word) ?? [];
  const bare = word.replace(/[.?!,]+$/, '');
  if (mark) {
    if (random() < LOST_MARK) return bare;
    return mark === '?' && random() < QUESTION_AS_STATEMENT ? `${bare}.` : `${bare}${mark}`;
  }
  let chance = random();
  for (const [invented, share] of Object.entries(INVENTED)) {
    if (chance < share) return `${bare}${invented}`;
    chance -= share;
  }
  return bare;
}

const DIGITS = new Map(
  `zero:0 oh:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9
  kosong:0 satu:1 dua:2 tiga:3 empat:4 lima:5 enam:6 tujuh:7 lapan:8 sembilan:9
  due:2 tre:3 quattro:4 cinque:5 sei:6 sette:7 otto:8 nove:9
  cero:0 uno:1 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9`
    .split(/\s+/)
    .map((pair) => pair.split(':') as [string, string]),
);

/** Runs of two and more digits as one number. */
function withNumerals(words: readonly string[]): string[] {
  const written: string[] = [];
  let run: string[] = [];
  let marks = '';
  const flush = () => {
    const digits = run.map((word) => DIGITS.get(bareOf(word))).join('');
    if (run.length > 1) written.push(`${digits}${marks}`);
    else written.push(...run);
    run = [];
  };
  for (const word of words) {
    const isDigit = DIGITS.has(bareOf(word));
    if (!isDigit) flush();
    if (isDigit) run.push(word);
    else written.push(word);
    marks = /[.?!,]+$/.exec(word)?.[0] ?? '';
    if (isDigit && marks) flush();
  }
  flush();
  return written;
}

const bareOf = (word: string): string => word.toLowerCase().replace(/[^\p{L}]/gu, '');
