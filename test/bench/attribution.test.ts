import { expect, test } from 'vitest';
import { answerTo } from '../../src/bench/answers.ts';
import { chainOf, countRequests, spokenIn, stagesOf } from '../../src/bench/attribution.ts';
import type { Route } from '../../src/standin/faults.ts';
import type { DetailsByRoute, Entry } from '../../src/standin/journal.ts';
import { part, quiet, spoken, together } from './sounds.ts';

let lastId = 0;
function entry<R extends Route>(route: R, atMs: number, durationMs: number, details: object): Entry<R> {
  lastId += 1;
  const firstByteMs = durationMs / 2;
  const all = { id: lastId, route, atMs, durationMs, firstByteMs, outcome: 'answered', details };
  return all as Entry<R> & { details: DetailsByRoute[R] };
}
const stt = (atMs: number, text: string) => entry('stt', atMs, 200, { text });
const llm = (atMs: number, ...said: string[]) =>
  entry('llm', atMs, 400, {
    messages: [
      { role: 'user', content: 'before' },
      { role: 'assistant', content: 'yes' },
      ...said.map((content) => ({ role: 'user', content })),
    ],
  });
const tts = (atMs: number, input: string) => entry('tts', atMs, 300, { input });

const HALF = 'i want to change';
const WHOLE = 'i want to change my billing address';
const firstPiece = (said: string) => answerTo(said, 'usual').split(/(?<=[.,?!])/)[0] ?? '';
const journal = [
  stt(0, HALF),
  llm(210, HALF),
  tts(500, firstPiece(HALF)),
  stt(900, WHOLE),
  llm(1110, WHOLE),
  tts(1400, firstPiece(WHOLE)),
];

test('the request whose voice was heard is found by its sound', () => {
  const said = firstPiece(WHOLE);
  expect(said).not.toBe(firstPiece(HALF));
  const heard = part(together(quiet(30), spoken(said), spoken('and something else')), 0, 900);
  expect(spokenIn(heard, journal)?.atMs).toBe(1400);
  expect(spokenIn(part(spoken(firstPiece(HALF)), 0, 900), journal)?.atMs).toBe(500);
  expect(spokenIn(part(spoken('wonderful evening everybody'), 0, 900), journal)).toBeUndefined();
});

test('speech that goes on in the middle is known too', () => {
  const long = answerTo(WHOLE, 'usual');
  expect(spokenIn(part(spoken(long), 1500, 2400), [tts(1, 'Good morning.'), tts(2, long)])?.atMs).toBe(2);
});

test('from the voice back to the question and its transcript', () => {
  const chain = chainOf(journal[5] as Entry<'tts'>, journal, 'usual');
  expect(chain).toMatchObject({ question: WHOLE, llm: { atMs: 1110 }, stt: { atMs: 900 } });
  expect(chain && stagesOf(chain, 600, 1100)).toEqual({
    ...{ sttSentMs: 300, sttDoneMs: 500, llmSentMs: 510, firstTokenMs: 710, ttsSentMs: 800 },
    ...{ ttsFirstByteMs: 950, heardMs: 1100 },
  });
});

test('messages since the last answer are one question', () => {
  const split = [stt(0, HALF), stt(300, 'my billing address'), llm(600, HALF, 'my billing address')];
  const spokenAt = tts(900, firstPiece(WHOLE));
  expect(chainOf(spokenAt, [...split, spokenAt], 'usual')).toMatchObject({
    question: WHOLE,
    stt: { atMs: 300 },
  });
});

test('requests are counted with what was aborted and how many were open at a time', () => {
  const aborted = { ...llm(100, HALF), outcome: 'aborted' as const };
  const counts = countRequests([stt(0, HALF), aborted, llm(300, WHOLE), llm(600, WHOLE)]);
  expect(counts.stt).toEqual({ total: 1, aborted: 0, atOnce: 1 });
  expect(counts.llm).toEqual({ total: 3, aborted: 1, atOnce: 2 });
  expect(counts.tts).toEqual({ total: 0, aborted: 0, atOnce: 0 });
});

test('of the same words asked for twice, the later request was heard', () => {
  const twice = [
    tts(100, 'All right,'),
    tts(110, 'that is done.'),
    tts(900, 'All right,'),
    tts(910, 'that is done.'),
  ];
  expect(spokenIn(part(spoken('All right, that is done.'), 0, 900), twice)?.atMs).toBe(900);
});
