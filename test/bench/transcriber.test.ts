import { expect, test } from 'vitest';
import type { Utterance } from '../../src/bench/corpus.ts';
import { createTranscriber, knownFrom, transcribe } from '../../src/bench/transcriber.ts';
import { durationMs } from '../../src/probe/wav.ts';
import { part, quiet, spoken, together, tone } from './sounds.ts';

const FIRST = 'please tell me about';
const SECOND = 'roaming in singapore';
const PAUSE_MS = 400;
const first = spoken(FIRST);
const second = spoken(SECOND);
const sound = together(first, quiet(PAUSE_MS), second);

/** The simulated voice takes as long for each letter, and for the space. */
function phrase(text: string, startMs: number): Utterance['phrases'][number] {
  let atMs = startMs;
  const words = text.split(' ').map((word) => {
    const from = atMs;
    atMs += (word.length + 1) * 65;
    return { text: word, startMs: from, endMs: atMs };
  });
  return { startMs, endMs: atMs, words };
}

const secondAtMs = durationMs(first) + PAUSE_MS;
const known = knownFrom({ phrases: [phrase(FIRST, 0), phrase(SECOND, secondAtMs)] }, sound);
const heard = (audio: typeof sound) => transcribe(audio, [known]);

test('all of the audio gives all of the words, wherever it begins', () => {
  expect(heard(sound)).toBe(`${FIRST} ${SECOND}`);
  expect(heard(together(quiet(700), sound, quiet(300)))).toBe(`${FIRST} ${SECOND}`);
});

test('audio up to the pause gives the words before it, audio from there on those after it', () => {
  expect(heard(part(sound, 0, durationMs(first) + 200))).toBe(FIRST);
  expect(heard(part(sound, durationMs(first) + 200))).toBe(SECOND);
});

test('audio that is cut in the middle of a word does not give that word', () => {
  const tell = phrase(FIRST, 0).words[1];
  expect(heard(part(sound, 0, (tell?.endMs ?? 0) - 150))).toBe('please');
});

test('the pause may be left out of the audio', () => {
  expect(heard(together(first, second))).toBe(`${FIRST} ${SECOND}`);
});

test('silence, tones and other words give nothing', () => {
  expect(heard(quiet(2000))).toBe('');
  expect(heard(tone(2000))).toBe('');
  expect(heard(spoken('my router shows a red light'))).toBe('');
  expect(heard(quiet(10))).toBe('');
});

test('a tail of one short word is understood after what came before it, and only then', () => {
  const cutMs = durationMs(first) - 300;
  const [head, tail] = [part(first, 0, cutMs), part(first, cutMs)];
  const follow = createTranscriber();
  expect(follow(head, [known])).toBe('please tell me');
  expect(follow(tail, [known])).toBe('about');
  expect(follow(quiet(400), [known])).toBe('');
  expect(createTranscriber()(tail, [known])).toBe('');
});
