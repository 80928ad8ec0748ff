import type { Config } from '../config/schema.ts';
import { AppError, messageOf } from '../errors.ts';

/** Leaves something out of a text. Linear in its length. */
export type Redact = (text: string) => string;

type Settings = Pick<Config['records'], 'redact' | 'redactPatterns'>;

/** Names of digits, as callers and models say numbers that are written in words. */
const DIGIT_WORDS = new Set(
  `zero oh o nil one two three four five six seven eight nine double triple
  kosong sifar satu dua tiga empat lima enam tujuh lapan sembilan`.split(/\s+/),
);
/** A shorter run is a quantity or a time. */
const FEWEST_DIGITS = 3;
const DIGIT = /\p{Nd}/gu;
/** What stands between the digits of one number. */
const BETWEEN = /^[\s.,()/+–-]*$/u;

/**
 * @returns `undefined` where nothing is to be left out.
 * @throws AppError for a pattern that RE2 does not take.
 */
export async function createRedaction({ redact, redactPatterns }: Settings): Promise<Redact | undefined> {
  const steps: Redact[] = [];
  if (redactPatterns.length > 0) steps.push(...(await byPatterns(redactPatterns)));
  // Before numbers: addresses hold some.
  if (redact.includes('emails')) steps.push(withoutEmails);
  if (redact.includes('numbers')) steps.push(withoutNumbers);
  if (steps.length === 0) return undefined;
  return (text) => steps.reduce((rest, step) => step(rest), text);
}

async function byPatterns(patterns: readonly string[]): Promise<Redact[]> {
  const { RE2JS } = await import('re2js');
  return patterns.map((source) => {
    try {
      const pattern = RE2JS.compile(source);
      return (text: string) => pattern.matcher(text).replaceAll('[redacted]');
    } catch (error) {
      throw new AppError(`REDACT_PATTERNS: «${source}» is no pattern of RE2: ${messageOf(error)}`, {
        hint: 'look-around and back-references are not taken, as their time is not linear',
      });
    }
  });
}

/** Words around an `@`, as recognisers write addresses; spelled out («at», «dot») too. */
export function withoutEmails(text: string): string {
  const words = text.split(/(\s+)/);
  const isAt = (at: number) => /^at$/i.test(words[at] ?? '');
  const isDot = (at: number) => /^(dot|titik)$/i.test(words[at] ?? '');
  const hidden = new Set<number>();
  for (let at = 0; at < words.length; at += 2) {
    if (/[^\s@]@[^\s@]/.test(words[at] ?? '')) hidden.add(at);
    // «ana at example dot com»: words and the spaces between them alternate.
    if (!isAt(at) || at < 2) continue;
    let end = at + 2;
    while (isDot(end + 2) && end + 4 < words.length) end += 4;
    const hasDomain = end > at + 2 || /[^.]\.[a-z]{2,}/i.test(words[at + 2] ?? '');
    if (hasDomain) for (let i = at - 2; i <= end; i += 1) hidden.add(i);
  }
  return words
    .flatMap((word, at) => (hidden.has(at) ? (hidden.has(at - 1) ? [] : ['[e-mail]']) : [word]))
    .join('');
}

/** Runs of three digits and more, also where spaces, dashes or words of digits stand between or in place of them. */
export function withoutNumbers(text: string): string {
  const tokens = text.split(/([\p{L}\p{M}'’]+|[^\p{L}\p{M}'’]+)/u).filter((token) => token !== '');
  const kept: string[] = [];
  let run: string[] = [];
  let digits = 0;
  const close = () => {
    kept.push(digits >= FEWEST_DIGITS ? hiddenRun(run.join('')) : run.join(''));
    run = [];
    digits = 0;
  };
  for (const token of tokens) {
    const isWord = DIGIT_WORDS.has(token.toLowerCase());
    const written = token.match(DIGIT)?.length ?? 0;
    if (isWord || written > 0 || (run.length > 0 && BETWEEN.test(token))) {
      run.push(token);
      digits += isWord ? 1 : written;
    } else {
      close();
      kept.push(token);
    }
  }
  close();
  return kept.join('');
}

/** What stands around the digits stays: spaces, and the end of a sentence. */
function hiddenRun(run: string): string {
  const before = /^[\s.,()/–-]*/u.exec(run)?.[0] ?? '';
  let end = run.length;
  while (end > before.length && BETWEEN.test(run[end - 1] ?? '')) end -= 1;
  return `${before}[number]${run.slice(end)}`;
}
