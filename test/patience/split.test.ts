import { expect, test } from 'vitest';
import { spokenCases } from './cases.ts';
import { readTemplates } from './sentences.ts';
import { halfOfVoice } from './split.ts';
import { VOICES } from './voices.ts';

test('no sentence, and no voice, is in both halves', async () => {
  const cases = await spokenCases(16);
  const of = (half: string, key: 'sentence' | 'voice') =>
    new Set(cases.filter((one) => one.half === half).map((one) => one[key]));
  for (const key of ['sentence', 'voice'] as const)
    expect(shared(of('tune', key), of('held', key))).toEqual(new Set());
});

const shared = (one: Set<string>, other: Set<string>) =>
  new Set([...one].filter((value) => other.has(value)));

test('the halves are as large as the comparison says, and always the same', async () => {
  const cases = await spokenCases(16);
  const count = (half: string, paused: boolean) =>
    cases.filter((one) => one.half === half && one.pauseMs > 0 === paused).length;
  expect([count('tune', true), count('tune', false)]).toEqual([430, 215]);
  expect([count('held', true), count('held', false)]).toEqual([430, 215]);
  expect(await spokenCases(16)).toEqual(cases);
});

test('nothing is learned from flite, from Piper, from announcers or from Spanish', async () => {
  for (const { engine, name } of VOICES)
    if (engine !== 'espeak-ng') expect(halfOfVoice(engine, name)).toBe('held');
  expect(halfOfVoice('asterisk', 'allison')).toBe('held');
  const templates = await readTemplates();
  expect(templates.filter(({ language, half }) => language === 'es' && half === 'tune')).toEqual([]);
  expect(VOICES.filter(({ engine }) => engine === 'espeak-ng')).toHaveLength(12);
});

test('pauses are drawn from 200 to 1500 ms', async () => {
  const pauses = (await spokenCases(16)).map(({ pauseMs }) => pauseMs).filter(Boolean);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(200);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1500);
  expect(pauses.filter((ms) => ms <= 900).length / pauses.length).toBeCloseTo(700 / 1300, 1);
});
