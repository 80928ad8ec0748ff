import { expect, test } from 'vitest';
import { joined } from '../../src/openai/samples.ts';
import { spokenMs } from '../../src/standin/hearing.ts';
import { toneSpeech } from '../../src/standin/tones.ts';

const spoken = (input: string, { voice = 'alloy', speed = 1, sampleRate = 16_000 } = {}) =>
  joined([...toneSpeech({ input, voice, speed }, sampleRate)]);

/** How alike two sounds are, whatever their level: 1 is the same. */
function likeness(a: Int16Array, b: Int16Array): number {
  const energy = (samples: Int16Array) => samples.reduce((sum, sample) => sum + sample * sample, 0);
  const product = a.reduce((sum, sample, at) => sum + sample * (b[at] ?? 0), 0);
  return product / Math.sqrt(energy(a) * energy(b));
}

test('the same words are the same samples', () => {
  expect(spoken('Your bill is forty ringgit.')).toEqual(spoken('Your bill is forty ringgit.'));
});

test.each([
  ['bill', 'ball'],
  ['north', 'south'],
  ['listen', 'silent'],
])('«%s» does not sound like «%s»', (one, other) => {
  expect(Math.abs(likeness(spoken(one), spoken(other)))).toBeLessThan(0.5);
});

test('voices differ', () => {
  expect(Math.abs(likeness(spoken('hello'), spoken('hello', { voice: 'nova' })))).toBeLessThan(0.5);
});

test('it is loud enough to count as speech, and not clipped', () => {
  const samples = spoken('hello there');
  expect(spokenMs({ samples, sampleRate: 16_000 })).toBeGreaterThan(600);
  expect(Math.max(...samples)).toBeLessThan(12_000);
});

test('length follows the speed, not the sample rate', () => {
  const seconds = spoken('hello there').length / 16_000;
  expect(spoken('hello there', { sampleRate: 48_000 }).length / 48_000).toBeCloseTo(seconds, 2);
  expect(spoken('hello there', { speed: 2 }).length / 16_000).toBeCloseTo(seconds / 2, 2);
});

test('letters of any script are spoken, signs are pauses', () => {
  expect(spoken('你好').length).toBeGreaterThan(0);
  expect(Math.max(...spoken(', . '))).toBe(0);
});
