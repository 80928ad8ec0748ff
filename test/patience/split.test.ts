import { expect, test } from 'vitest';
import { spokenCases } from './cases.ts';
import { answeringCases, severalPauses } from './more-cases.ts';
import { readTemplates } from './sentences.ts';
import { halfOfVoice, sideOf } from './split.ts';
import { VOICES } from './voices.ts';

test('no sentence, and no voice, is in two of the halves', async () => {
  const cases = [...(await spokenCases(16)), ...(await severalPauses(16)), ...(await answeringCases(16))].map(
    (one) => ({
      ...one,
      said: one.phrases
        .map(({ written }) => written)
        .join(' ')
        .toLowerCase(),
    }),
  );
  const of = (half: string, key: 'sentence' | 'voice' | 'said') =>
    new Set(cases.filter((one) => one.half === half).map((one) => one[key]));
  for (const key of ['sentence', 'voice'] as const) {
    expect(shared(of('tune', key), of('held', key))).toEqual(new Set());
  }
  for (const key of ['sentence', 'voice', 'said'] as const)
    for (const half of ['tune', 'held']) expect(shared(of(half, key), of('fresh', key))).toEqual(new Set());
});

const shared = (one: Set<string>, other: Set<string>) =>
  new Set([...one].filter((value) => other.has(value)));

test('the halves are as large as the comparison says, and always the same', async () => {
  const cases = await spokenCases(16);
  const count = (half: string, paused: boolean) =>
    cases.filter((one) => one.half === half && one.pauseMs > 0 === paused).length;
  expect([count('tune', true), count('tune', false)]).toEqual([430, 215]);
  expect([count('held', true), count('held', false)]).toEqual([430, 215]);
  expect([count('fresh', true), count('fresh', false)]).toEqual([320, 160]);
  expect(await spokenCases(16)).toEqual(cases);
});

test('what was scored before is learned from; nothing is learned from festival or from Italian', async () => {
  for (const [engine, name] of [
    ['flite', 'slt'],
    ['piper', 'joe'],
    ['asterisk', 'allison'],
    ['espeak-ng', 'es'],
  ] as const)
    expect(sideOf(halfOfVoice(engine, name))).toBe('tune');
  for (const { engine, name } of VOICES)
    if (engine === 'festival') expect(halfOfVoice(engine, name)).toBe('fresh');
  const templates = await readTemplates();
  expect(templates.filter(({ language, half }) => language === 'it' && half !== 'fresh')).toEqual([]);
});

test('pauses are drawn from 200 to 1500 ms', async () => {
  const pauses = (await spokenCases(16)).map(({ pauseMs }) => pauseMs).filter(Boolean);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(200);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1500);
  expect(pauses.filter((ms) => ms <= 900).length / pauses.length).toBeCloseTo(700 / 1300, 1);
});
