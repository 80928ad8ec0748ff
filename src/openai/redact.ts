/**
 * Cuts what a request said out of what a server says about it. Servers quote requests whole, shortened in the middle
 * (pydantic: `input_value={'role': 'user', 'content': 'My acc...unt'}`), escaped (`\n`, `\"`, `\u00e9`) or a word at
 * a time, so words are compared, not texts. Linear in both.
 */

/** Values that validators copy from the request, up to the end of the value as they write it. */
const COPIED_VALUE = /(?:\binput_value=|['"]input['"]: ?)/g;

/** Words of the servers' own language: they stay although a conversation may use them too. */
const API_WORDS = new Set(
  `a about after all allowed already also alternate alternating among an and any api are argument array as assistant at
  audio available bad be because been before begin body boolean but by call called calls can cannot chat choice choose
  code column completion completions configured content context contain conversation could currently default deleted
  detail developer dict did do does doesn't each either empty enable enabled end ended error errors every exactly exceed
  exceeded exceeds exist expected extra failed field file first follow followed for format forbidden format found from
  function generate generated given greater had has have high however if in include including index input instead
  internal invalid is it its json key language last least length less limit line list load loaded loading long longer
  low many match max maximum may message messages method min minimum missing mode model models more most must name need
  needed no non none not null number object of omit on one only optional or order other output parameter parse permitted
  please position processing prompt properties property provide provided range rate reached reason received refused
  request requested required requires response retry role roles row sample schema second seconds see send sent server
  set should size some speech start starts stop stream string such support supported supports system template text than
  that the their then there these this time to token tokens too tool tools transcription true try type types unable
  unexpected unknown unsupported url use used user uses using valid validation value values version voice voices was
  were when where which while whole will with within without wrong you your`.split(/\s+/),
);

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** JSON and Python write other letters so. */
const ESCAPED = /\\u([0-9a-f]{4})|\\[nrt]/gi;

/** @param said - what the server said, in one text; @param pieces - texts of the request. */
export function redactRequest(said: string, pieces: readonly string[]): string {
  const readable = withoutCopies(said.replace(ESCAPED, (_, hex?: string) => (hex ? fromHex(hex) : ' ')));
  const { words, pairs } = wordsOf(pieces);
  const found = [...readable.matchAll(WORD)].map(({ 0: word, index }) => ({
    word: word.toLowerCase(),
    index,
    end: index + word.length,
  }));
  const isPrivate = found.map(
    ({ word }) => words.has(word) && !API_WORDS.has(word) && (word.length > 2 || /\p{N}/u.test(word)),
  );
  for (let at = 1; at < found.length; at += 1) {
    const [one, other] = [found[at - 1]?.word ?? '', found[at]?.word ?? ''];
    if (!pairs.has(`${one} ${other}`) || (API_WORDS.has(one) && API_WORDS.has(other))) continue;
    isPrivate[at - 1] = true;
    isPrivate[at] = true;
  }
  return cut(
    readable,
    found.filter((_, at) => isPrivate[at]),
  );
}

function wordsOf(pieces: readonly string[]): { words: Set<string>; pairs: Set<string> } {
  const words = new Set<string>();
  const pairs = new Set<string>();
  for (const piece of pieces) {
    let before: string | undefined;
    for (const [match] of piece.matchAll(WORD)) {
      const word = match.toLowerCase();
      words.add(word);
      if (before !== undefined) pairs.add(`${before} ${word}`);
      before = word;
    }
  }
  return { words, pairs };
}

/** Each run of neighbouring parts becomes one «…». */
function cut(text: string, parts: readonly { index: number; end: number }[]): string {
  let out = '';
  let at = 0;
  for (const { index, end } of parts) {
    const between = text.slice(at, index);
    if (out === '' || /[\p{L}\p{N}]/u.test(between)) out += `${between}…`;
    at = end;
  }
  return out + text.slice(at);
}

/** A value that was copied is cut up to its closing bracket or quote, or to `, input_type`. */
function withoutCopies(said: string): string {
  let out = '';
  let at = 0;
  for (const { 0: name, index } of said.matchAll(COPIED_VALUE)) {
    if (index < at) continue;
    const begin = index + name.length;
    out += `${said.slice(at, begin)}…`;
    at = endOfValue(said, begin);
  }
  return out + said.slice(at);
}

const CLOSES: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Where the Python or JSON value that begins at `from` ends. */
function endOfValue(text: string, from: number): number {
  const open: string[] = [];
  let quote: string | undefined;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote !== undefined) {
      if (char === '\\') at += 1;
      else if (char === quote) quote = undefined;
    } else if (char === '"' || char === "'") quote = char;
    else if (char in CLOSES) open.push(CLOSES[char] ?? '');
    else if (open.length > 0 && char === open.at(-1)) open.pop();
    else if (open.length === 0 && /[,\]})\n]/.test(char)) return at;
  }
  return text.length;
}

const fromHex = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
