import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseLine, readLines, wholeSentence, wordsOf } from '../../src/bench/corpus-text.ts';

const parse = (text: string, noise = '-') => parseLine(`pause | slt | ${noise} | ${text}`, 'file:3', 3);

test('a pause splits a sentence; before it the voice goes on, unless the clause is whole', () => {
  const open = parse('I would like to know <600> when my contract ends.');
  expect(open).toMatchObject({ id: 'pause-3', pauseMs: 600, looksComplete: false, snrDb: undefined });
  expect(open.phrases.map(({ spoken }) => spoken)).toEqual([
    'I would like to know,',
    'when my contract ends.',
  ]);
  const whole = parse('My line is down. <200> Please help.', '18');
  expect(whole).toMatchObject({ pauseMs: 200, looksComplete: true, snrDb: 18 });
  expect(whole.phrases[0]?.spoken).toBe('My line is down.');
});

test('hesitations are spoken but not written', () => {
  const [first] = parse('I want (uh) <400> a refund.').phrases;
  expect(first).toEqual({ words: ['i', 'want'], spoken: 'I want uh,' });
});

test('digits are spoken one by one and written as groups', () => {
  const [first] = parse('My number is 012 345 6789.').phrases;
  expect(first?.words).toEqual(['my', 'number', 'is', '012', '345', '6789']);
  expect(first?.spoken).toBe('My number is 0 1 2 3 4 5 6 7 8 9.');
});

test('a fault names file and line', () => {
  expect(() => parseLine('x | slt | - | Hello.', 'file:9', 9)).toThrow('file:9: «x» is no set');
  expect(() => parse('Hello <200>')).toThrow('cannot be split at its pause');
  expect(() => parse('a <200> b <200> c')).toThrow('cannot be split at its pause');
});

test('words are compared without case and punctuation', () => {
  expect(wordsOf("Hi, I'm HERE: 12-3 … ya!")).toEqual(['hi', "i'm", 'here', '12', '3', 'ya']);
});

test('a whole sentence is written with its marks, and one with a pause as it is heard', () => {
  expect(wholeSentence(parse('Can you tell me?'))).toEqual({ 'can me': 'Can you tell me?' });
  expect(wholeSentence(parse('I want <400> to go.'))).toEqual({});
});

test('the labelled set holds what it promises', async () => {
  const path = fileURLToPath(new URL('../../src/bench/utterances.txt', import.meta.url));
  const labelled = (await readLines(path)).filter(({ set }) => set !== 'bargein');
  expect(labelled.length).toBeGreaterThanOrEqual(64);
  for (const ms of [200, 400, 600, 900]) {
    const paused = labelled.filter(({ pauseMs }) => pauseMs === ms);
    expect(paused.length, `pauses of ${ms} ms`).toBeGreaterThanOrEqual(10);
    expect(paused.filter(({ looksComplete }) => looksComplete).length).toBeGreaterThanOrEqual(2);
    expect(paused.filter(({ voice }) => voice.startsWith('ms')).length).toBeGreaterThanOrEqual(2);
  }
  expect(new Set(labelled.map(({ voice }) => voice)).size).toBeGreaterThanOrEqual(10);
  expect(labelled.filter(({ snrDb }) => snrDb !== undefined).length).toBeGreaterThanOrEqual(10);
});
