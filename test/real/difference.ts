import { type Chunk, type Fixture, fixtureText } from './fixture.ts';

/** What is another each time although the server is the same: times, dates, ids, seeds. */
const PASSING: readonly [RegExp, string][] = [
  [/"ms":\d+/g, '"ms":0'],
  [/"recorded":"[^"]*"/g, '"recorded":""'],
  [/\b(chatcmpl|cmpl|item|sess|event|trsc|chat|req|transcribe|call|conv)[-_][A-Za-z0-9_-]{4,}/g, '$1-ID'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'ID'],
  [/\b[0-9a-f]{32}\b/g, 'ID'],
  [/(\\*"(?:created|created_at|start_time)\\*":\s*)[\d.]+/g, '$10'],
  [
    /(\\*"(?:prompt_ms|predicted_ms|prompt_per_token_ms|prompt_per_second|predicted_per_token_ms|predicted_per_second|cache_n|prompt_n)\\*":\s*)[\d.e-]+/g,
    '$10',
  ],
];

/**
 * The lines that differ between two recordings of a case, `-` of the old and `+` of the new; what is another each time
 * does not count, nor where the network cut an answer. Linear in their length: lines are compared one by one from both ends.
 */
export function differenceOf(old: Fixture, now: Fixture): string[] {
  const [before, after] = [linesOf(old), linesOf(now)];
  let from = 0;
  while (from < Math.min(before.length, after.length) && before[from] === after[from]) from += 1;
  let same = 0;
  const most = Math.min(before.length, after.length) - from;
  while (same < most && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  const changed = (lines: string[], sign: string) =>
    lines.slice(from, lines.length - same).map((line) => `${sign} ${line.slice(0, 300)}`);
  return [...changed(before, '-'), ...changed(after, '+')];
}

function linesOf(fixture: Fixture): string[] {
  const exchanges = fixture.exchanges.map((one) =>
    one.kind === 'http' ? { ...one, chunks: uncut(one.chunks) } : one,
  );
  const text = PASSING.reduce(
    (all, [pattern, by]) => all.replace(pattern, by),
    fixtureText({ ...fixture, exchanges }),
  );
  return text.trimEnd().split('\n');
}

/** An event each, wherever the network cut them; of sound only that it is there: voices vary what they say. */
function uncut(chunks: readonly Chunk[]): Chunk[] {
  if (chunks.some((chunk) => 'base64' in chunk)) return [{ ms: 0, base64: 'sound' }];
  const text = chunks.map((chunk) => ('text' in chunk ? chunk.text : '')).join('');
  return text.split(/(?<=\n\n)/).map((event) => ({ ms: 0, text: event }));
}
