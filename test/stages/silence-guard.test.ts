import { expect, test } from 'vitest';
import { loudnessDbfs, silenceReason } from '../../src/stages/silence-guard.ts';

const SPOKEN_DBFS = -25;

function tone(amplitude: number, samples = 16_000): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => Math.round(amplitude * Math.sin(i / 5)));
}

test('what was said loudly and clearly is believed, even a stock phrase', () => {
  for (const text of ['My broadband is down.', 'Thank you.', 'Terima kasih']) {
    expect(silenceReason({ text }, SPOKEN_DBFS)).toBeUndefined();
  }
});

test('a transcript of nothing but spaces is empty', () => {
  expect(silenceReason({ text: '  \n' }, SPOKEN_DBFS)).toBe('empty');
});

test('words found in silence are dropped', () => {
  expect(silenceReason({ text: 'My broadband is down.' }, Number.NEGATIVE_INFINITY)).toBe('energy');
  expect(silenceReason({ text: 'My broadband is down.' }, -60)).toBe('energy');
});

test('stock phrases in English and Malay are dropped when the audio was quiet', () => {
  for (const text of ['Thanks for watching!', 'Terima kasih kerana menonton.', 'you']) {
    expect(silenceReason({ text }, -48)).toBe('phrase');
  }
  expect(silenceReason({ text: 'Thank you for fixing my line' }, -48)).toBeUndefined();
});

test('the model’s own doubt drops a transcript when both of its figures agree', () => {
  const doubt = { noSpeechProb: 0.9, avgLogprob: -1.4 };
  expect(silenceReason({ text: 'hm', segments: [{ text: 'hm', ...doubt }] }, SPOKEN_DBFS)).toBe(
    'no-speech-prob',
  );
  const sure = { noSpeechProb: 0.9, avgLogprob: -0.2 };
  expect(silenceReason({ text: 'hm', segments: [{ text: 'hm', ...sure }] }, SPOKEN_DBFS)).toBeUndefined();
  const mixed = [
    { text: 'a', ...doubt },
    { text: 'b', noSpeechProb: 0.1, avgLogprob: -0.1 },
  ];
  expect(silenceReason({ text: 'a b', segments: mixed }, SPOKEN_DBFS)).toBeUndefined();
});

test('figures that a server leaves out count for nothing', () => {
  expect(silenceReason({ text: 'hello', segments: [{ text: 'hello' }] }, SPOKEN_DBFS)).toBeUndefined();
});

test('loudness is that of the loudest tenth of a second', () => {
  const mostlySilent = new Int16Array(32_000);
  mostlySilent.set(tone(16_384, 1600), 8000);
  expect(loudnessDbfs(mostlySilent, 16_000)).toBeCloseTo(-9, 0);
  expect(loudnessDbfs(new Int16Array(1600), 16_000)).toBe(Number.NEGATIVE_INFINITY);
  expect(loudnessDbfs(new Int16Array(0), 16_000)).toBe(Number.NEGATIVE_INFINITY);
});
