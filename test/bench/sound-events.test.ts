import { expect, test } from 'vitest';
import { gapsIn, stopsAfter, yieldsAfter } from '../../src/bench/sound-events.ts';
import { quiet, spoken, together, tone } from './sounds.ts';

test('only silences above 120 ms between sounds are gaps', () => {
  const sound = together(quiet(500), tone(300), quiet(100), tone(300), quiet(250), tone(300), quiet(800));
  expect(gapsIn(sound)).toEqual([250]);
  expect(gapsIn(quiet(1000))).toEqual([]);
});

test('the simulated voice has no gap of its own, even after a full stop', () => {
  expect(gapsIn(spoken('Yes. I can see it here, thank you.'))).toEqual([]);
});

test('the sound stops where it ends for good, not where it pauses or where the next begins', () => {
  const sound = together(tone(200), quiet(200), tone(100), quiet(1500), tone(500));
  expect(stopsAfter(sound, 1500)).toBe(500);
  expect(stopsAfter(quiet(500), 400)).toBe(0);
});

test('a sound that outlasts the caller never stopped', () => {
  expect(stopsAfter(tone(2000), 1500)).toBeUndefined();
});

test('a sound gives way when it gets 15 dB quieter and stays so', () => {
  const ducked = together(tone(300), tone(700, 6000 * 10 ** (-24 / 20)));
  expect(yieldsAfter(tone(600), ducked)).toBeCloseTo(300, -1.5);
  expect(yieldsAfter(tone(600), together(tone(300), quiet(500)))).toBeCloseTo(300, -1.5);
  expect(yieldsAfter(tone(600), together(tone(300, 3000), tone(500, 3000)))).toBeUndefined();
});

test('a dip of 40 ms is no giving way', () => {
  expect(yieldsAfter(tone(600), together(tone(300), quiet(40), tone(700)))).toBeUndefined();
});
