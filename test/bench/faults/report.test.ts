import { expect, test } from 'vitest';
import { answerTo } from '../../../src/bench/answers.ts';
import { everyNth, mixed } from '../../../src/bench/faults/plan.ts';
import { figuresOf, renderFaults } from '../../../src/bench/faults/report.ts';
import { answerIn, wholePlaceOf } from '../../../src/bench/faults/turn.ts';
import { hum } from '../../../src/bench/hum.ts';
import { parseOptions } from '../../../src/bench/options.ts';
import { randomFrom } from '../../../src/bench/stats.ts';
import { joined } from '../../../src/openai/samples.ts';
import { type Fault, FaultPlan } from '../../../src/standin/faults.ts';
import type { Entry } from '../../../src/standin/journal.ts';

const isFault = ({ latencyMs = 0, ...rest }: Fault) =>
  latencyMs > 0 || Object.keys(rest).some((key) => key !== 'times');

function met(faults: Fault[], requests: number): boolean[] {
  const plan = new FaultPlan();
  plan.set('llm', faults);
  return Array.from({ length: requests }, () => isFault(plan.take('llm') ?? {}));
}

test('every fifth request meets the fault', () => {
  const fifth = [false, false, false, false, true];
  expect(met(everyNth(5, { status: 500 }).llm, 10)).toEqual([...fifth, ...fifth]);
});

test('a share of the requests meets all kinds of faults, the same for the same seed', () => {
  const planned = mixed(0.05, randomFrom(7));
  const share = met(planned.tts, 1000).filter(Boolean).length / 1000;
  expect(share).toBeGreaterThan(0.03);
  expect(share).toBeLessThan(0.07);
  expect(mixed(0.05, randomFrom(7))).toEqual(planned);
  const kinds = new Set(planned.llm.filter(isFault).map((fault) => Object.keys(fault).join()));
  expect(kinds.size).toBe(6);
});

test('a line is heard when all of it is, after the rest of an answer that was broken off', () => {
  const sampleRate = 16_000;
  const line = 'Sorry, I was cut off. I am back now.';
  const rest = joined([...hum({ input: 'and it ends on the third of May' }, sampleRate)]);
  const said = joined([...hum({ input: line }, sampleRate)]);
  const heard = joined([rest, new Int16Array(sampleRate), said]);
  const at = (rest.length * 1000) / sampleRate + 1000;
  for (const length of [8000, 16_000, rest.length + sampleRate + 8000])
    expect(wholePlaceOf(line, { samples: heard.slice(0, length), sampleRate })).toBeUndefined();
  const place = wholePlaceOf(line, { samples: heard, sampleRate });
  expect(Math.abs((place?.atMs ?? 0) - at)).toBeLessThan(100);
});

test('the answer is found behind a filler, whose words are others; without it there is none', () => {
  const said = 'how much data do i have left';
  const details = { messages: [{ role: 'user', content: said }] };
  const journal = [
    { id: 1, route: 'llm', atMs: 0, outcome: 'answered', details },
  ] as unknown as Entry<'llm'>[];
  const voice = (input: string) => joined([...hum({ input }, 24_000)]);
  const pause = new Int16Array(24_000);
  const filler = voice('Let me think about that.');
  const heard = {
    samples: joined([pause, filler, pause, voice(answerTo(said, 'short'))]),
    sampleRate: 24_000,
  };
  const atMs = (2 * pause.length + filler.length) / 24;
  expect(Math.abs((answerIn(heard, journal, 'short') ?? 0) - atMs)).toBeLessThan(40);
  expect(answerIn({ ...heard, samples: filler }, journal, 'short')).toBeUndefined();
});

const options = parseOptions(['--set', 'faults', '--only', 'healthy,hang', '--away-s', '120']);
const turn = (answerMs: number | undefined) => ({
  ...{ text: '', answerMs, soundMs: answerMs, silentMs: 900 },
  requests: { stt: 1, llm: 1, tts: 1 },
});
const call = (name: string, requests: number, ...waits: (number | undefined)[]) => ({
  ...{ name, what: name, greetingMs: 500, turns: waits.map(turn) },
  requests: { stt: requests, llm: 0, tts: 0 },
});

test('figures stand beside their targets: a lost turn is an endless wait, requests are compared with the healthy call', () => {
  if (!options) throw new Error('no options');
  expect(options).toMatchObject({ only: ['healthy', 'hang'], awayMs: 120_000, turns: 25, parallel: 1 });
  const report = {
    ...{ startedAt: '', machine: 'machine     2 cores', options, away: [], failed: [] },
    calls: [
      call('healthy', 10, 800, 900),
      call('hang', 13, 900, 1500),
      call('refused', 5, 4000, undefined, 900),
    ],
    killed: [
      { goesOnMs: 1400, hasContext: true },
      { goesOnMs: 1600, hasContext: false },
    ],
  };
  const values = Object.fromEntries(figuresOf(report).map(({ name, value }) => [name, value]));
  expect(values).toEqual({
    'every 5th hangs: p50 ms': 1200,
    '… p95 ms': 1500,
    '… requests ÷ those without faults': 1.3,
    'refused: turns lost': 1,
    '… p95 ms after the first': Number.POSITIVE_INFINITY,
    'host killed in an answer: goes on after, ms (longest of 2)': 1600,
    '… without what was said before': 1,
  });
  expect(renderFaults(report)).toMatch(/turns lost +≤ 0 +1 ✗\n… p95 ms after the first +≤ 1500 +never ✗/);
});
