import { beforeAll, expect, test } from 'vitest';
import { isHeardIn, printOf, SAME_SPEECH, similarity } from '../../src/probe/likeness.ts';
import { durationMs, joined, readWav, resampled, type Sound, silence } from '../../src/probe/wav.ts';
import { cut, noise, tone } from './sounds.ts';

let speech: Sound;
beforeAll(async () => {
  speech = await readWav('test/fixtures/speech-16k.wav');
});

/** As a line would deliver it: later, quieter, at another rate, with noise. */
function overTheLine(sound: Sound): Sound {
  const { samples, sampleRate } = resampled(
    joined(silence(700, 16_000), sound, silence(400, 16_000)),
    24_000,
  );
  const hiss = noise(durationMs({ samples, sampleRate }), sampleRate, 60).samples;
  return { samples: samples.map((sample, i) => 0.4 * sample + (hiss[i] ?? 0)), sampleRate };
}

test('the same speech is recognised over a line, and when it began', () => {
  const { score, atMs } = similarity(overTheLine(speech), speech);
  expect(score).toBeGreaterThan(0.9);
  expect(Math.abs(atMs - 700)).toBeLessThan(30);
});

test.for([60, 300])('a gap of %i ms does not matter', (gapMs) => {
  const broken = joined(cut(speech, 0, 700), silence(gapMs, 16_000), cut(speech, 700, 1600));
  expect(similarity(overTheLine(broken), speech).score).toBeGreaterThan(SAME_SPEECH);
});

test('other words of the same voice are not the same speech', () => {
  const [first, second] = [cut(speech, 0, 800), cut(speech, 800, 1600)];
  expect(similarity(overTheLine(first), second).score).toBeLessThan(0.6);
  expect(similarity(overTheLine(second), first).score).toBeLessThan(0.6);
});

test('half of the speech is not the speech', () => {
  expect(similarity(overTheLine(cut(speech, 0, 800)), speech).score).toBeLessThan(0.7);
});

test('speech is heard in what has all of it, and not in half of it, other sound or none', () => {
  const isHeard = (sound: Sound) => isHeardIn(printOf(sound), printOf(speech));
  expect(isHeard(overTheLine(speech))).toBe(true);
  const others = [
    cut(speech, 0, 800),
    cut(speech, 800, 1600),
    tone(300, 2000, 24_000),
    silence(2000, 24_000),
  ];
  expect(others.map((sound) => isHeard(overTheLine(resampled(sound, 16_000))))).toEqual(
    others.map(() => false),
  );
});

test.for([2 / 3, 24_000 / 22_050, 1.5])('speech at %f times its speed is not the same', (speed) => {
  const wrong = { samples: speech.samples, sampleRate: Math.round(speech.sampleRate * speed) };
  expect(similarity(overTheLine(wrong), speech).score).toBeLessThan(SAME_SPEECH);
});

test.for([
  ['silence', silence(2000, 24_000)],
  ['a tone', tone(300, 2000, 24_000)],
  ['noise', noise(2000, 24_000, 8000)],
  ['nothing', silence(0, 24_000)],
] as const)('%s is no speech', ([, sound]) => {
  expect(similarity(sound, speech).score).toBeLessThan(0.4);
});
