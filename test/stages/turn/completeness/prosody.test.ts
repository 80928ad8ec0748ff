import { expect, test } from 'vitest';
import { PITCH_RATE, PITCH_WINDOW, pitchOf } from '../../../../src/stages/turn/completeness/pitch.ts';
import { PROSODY_FEATURES, Prosody } from '../../../../src/stages/turn/completeness/prosody.ts';

const RATE = 16_000;

/** A buzz with overtones, like a voice, that glides from one pitch to another. */
function buzz(fromHz: number, toHz: number, ms: number, amplitude = 6000): Int16Array {
  const length = (RATE * ms) / 1000;
  let phase = 0;
  return Int16Array.from({ length }, (_, at) => {
    phase += (2 * Math.PI * (fromHz + ((toHz - fromHz) * at) / length)) / RATE;
    return (amplitude / 2) * (Math.sin(phase) + 0.6 * Math.sin(2 * phase) + 0.3 * Math.sin(3 * phase));
  });
}

const silence = (ms: number) => new Int16Array((RATE * ms) / 1000);

function featuresAfter(...sounds: Int16Array[]): Record<string, number> {
  const prosody = new Prosody();
  for (const sound of sounds)
    for (let at = 0; at < sound.length; at += 160) prosody.push(sound.subarray(at, at + 160));
  const values = prosody.features();
  return Object.fromEntries(PROSODY_FEATURES.map((name, at) => [name, values[at] ?? Number.NaN]));
}

test.each([90, 120, 220, 330])('the pitch of a voice of %i Hz, to a semitone', (hz) => {
  const samples = Float32Array.from({ length: PITCH_WINDOW }, (_, at) => {
    const phase = (2 * Math.PI * hz * at) / PITCH_RATE;
    return Math.sin(phase) + 0.6 * Math.sin(2 * phase);
  });
  expect(Math.abs((pitchOf(samples) ?? 0) - 12 * Math.log2(hz))).toBeLessThan(1);
});

test('noise has no pitch', () => {
  let state = 1;
  const noise = Float32Array.from({ length: PITCH_WINDOW }, () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  });
  expect(pitchOf(noise)).toBeUndefined();
});

test('a fall at the end is told from a rise, whatever silence follows', () => {
  const level = buzz(150, 150, 900);
  const falls = featuresAfter(level, buzz(150, 100, 300), silence(260));
  const rises = featuresAfter(level, buzz(150, 210, 300), silence(260));
  expect(falls['pitch slope at the end']).toBeLessThan(-0.2);
  expect(rises['pitch slope at the end']).toBeGreaterThan(0.2);
  expect(falls['pitch at the end']).toBeLessThan(0);
  expect(rises['pitch at the end']).toBeGreaterThan(0);
});

test('noise behind a voice hides neither its end nor its fall', () => {
  let state = 1;
  const noise = () => {
    state = (state * 16_807) % 2_147_483_647;
    return (state / 2_147_483_647 - 0.5) * 1200;
  };
  const sounds = [silence(400), buzz(150, 150, 900), buzz(150, 100, 300), silence(300)];
  const noisy = featuresAfter(...sounds.map((sound) => sound.map((sample) => sample + noise())));
  expect(noisy['pitch slope at the end']).toBeLessThan(-0.2);
  expect(noisy['is voiced at the end']).toBeGreaterThan(0.7);
});

test('before anything was heard, and after a turn is over, there is nothing to tell', () => {
  const prosody = new Prosody();
  expect(prosody.features()).toEqual(PROSODY_FEATURES.map(() => 0));
  prosody.push(buzz(150, 140, 600));
  expect(prosody.features()).not.toEqual(PROSODY_FEATURES.map(() => 0));
  prosody.reset();
  expect(prosody.features()).toEqual(PROSODY_FEATURES.map(() => 0));
});
