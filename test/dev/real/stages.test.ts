import { expect, test } from 'vitest';
import { realStages } from '../../../src/dev/real/stages.ts';

const ALL = ['stt', 'llm', 'tts'] as const;

test('without the option none is real; without a list all that have no endpoint', () => {
  expect(realStages(undefined, ALL)).toEqual([]);
  expect(realStages(true, ALL)).toEqual(ALL);
  expect(realStages(true, ['stt', 'tts'])).toEqual(['stt', 'tts']);
});

test('a list is by comma, in any order and case', () => {
  expect(realStages('TTS, stt', ALL)).toEqual(['stt', 'tts']);
});

test('another word, and a stage with an endpoint, are named with what to do', () => {
  expect(() => realStages('stt,asr', ALL)).toThrow('--real asr is not a stage');
  expect(() => realStages('', ALL)).toThrow('--real  is not a stage');
  expect(() => realStages('stt', ['llm'])).toThrow('--real stt, but STT has an endpoint already');
});
