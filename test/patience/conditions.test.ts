import { expect, test } from 'vitest';
import { randomFrom } from '../../src/bench/stats.ts';
import { meanPower } from '../../src/openai/samples.ts';
import { CONDITIONS, heardThrough, RATE, SPEECH_DBFS, withLevel } from './conditions.ts';

const LENGTH = RATE / 4;
const speech = withLevel(
  Int16Array.from({ length: LENGTH }, (_, at) => 8000 * Math.sin((2 * Math.PI * 440 * at) / RATE)),
);
const through = (condition: (typeof CONDITIONS)[number], samples = speech) =>
  heardThrough(condition, samples, { random: randomFrom(1), babble: speech });
const db = (samples: Int16Array) => 10 * Math.log10(meanPower(samples) / 32_768 ** 2);
const silence = new Int16Array(LENGTH);

test('speech has the level that noise is measured by', () => {
  expect(db(speech)).toBeCloseTo(SPEECH_DBFS, 1);
  expect(db(through('noise', silence))).toBeCloseTo(SPEECH_DBFS - 10, 1);
  expect(db(through('babble', silence))).toBeCloseTo(SPEECH_DBFS - 20, 1);
});

test('a telephone keeps the level, and lost packets take little of it', () => {
  expect(db(through('g711'))).toBeCloseTo(SPEECH_DBFS, 0);
  expect(db(through('loss'))).toBeCloseTo(SPEECH_DBFS, 0);
  expect(through('loss')).not.toEqual(speech);
  expect(through('clean')).toBe(speech);
});

test('the same seed sounds the same, as long as before', () => {
  for (const condition of CONDITIONS) {
    expect(through(condition)).toEqual(through(condition));
    expect(through(condition)).toHaveLength(LENGTH);
  }
});
