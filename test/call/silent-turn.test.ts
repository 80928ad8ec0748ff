import { beforeEach, expect, test } from 'vitest';
import { SilentTurn } from '../../src/call/silent-turn.ts';
import type { AnswerEnd } from '../../src/stages/hooks.ts';

let told: string[];
let turn: SilentTurn;

beforeEach(() => {
  told = [];
  turn = new SilentTurn({
    onSilent: (reason) => told.push(reason),
    onBroken: () => told.push('broken'),
  });
});

const NOTHING: AnswerEnd = {
  finish: 'stop',
  isAnswer: false,
  chars: 0,
  thoughtChars: 0,
  spokenThoughtChars: 0,
  thinkingOff: undefined,
  unknownTools: [],
  givenUp: false,
  tries: 2,
};

/** The caller has said something, and the model is asked. */
function asks(): void {
  turn.callerSpeaks(true);
  turn.transcribed();
  turn.callerSpeaks(false);
  turn.turnTaken();
  turn.asked();
}

test.each([
  ['thoughts', { thoughtChars: 900, finish: 'length' }],
  ['unknown-tool', { unknownTools: ['weather'] }],
  ['unspeakable', { chars: 3 }],
  ['empty', {}],
] as const)('an answer with nothing to say is a turn without sound: %s', (reason, end) => {
  asks();
  turn.answerEnded({ ...NOTHING, ...end });
  expect(told).toEqual([]);
  turn.answerOver(false);
  expect(told).toEqual([reason]);
  turn.answerOver(false);
  expect(told).toEqual([reason]);
});

test.each(['llm', 'tts'] as const)('so is one for which the %s endpoint failed', (endpoint) => {
  asks();
  turn.failed(endpoint);
  turn.answerOver(false);
  expect(told).toEqual([endpoint]);
});

test('so is one whose voice said nothing and did not fail', () => {
  asks();
  turn.answerEnded({ ...NOTHING, isAnswer: true, chars: 20 });
  turn.answerOver(false);
  expect(told).toEqual(['unknown']);
});

test('so is one whose words are not known, once the caller has stopped', () => {
  turn.callerSpeaks(true);
  turn.failed('stt');
  expect(told).toEqual([]);
  turn.callerSpeaks(false);
  expect(told).toEqual(['stt']);
});

test('a transcription that failed and was had at the second try is no fault', () => {
  turn.callerSpeaks(true);
  turn.failed('stt');
  turn.transcribed();
  turn.callerSpeaks(false);
  expect(told).toEqual([]);
});

test('an answer that was prepared before the end of the turn counts by what was heard after it', () => {
  turn.callerSpeaks(true);
  turn.asked();
  turn.failed('llm');
  turn.transcribed();
  turn.callerSpeaks(false);
  turn.turnTaken();
  turn.answerOver(false);
  expect(told).toEqual(['llm']);
});

test('a prepared answer that failed and was dropped is forgotten', () => {
  turn.asked();
  turn.failed('llm');
  turn.answerOver(true);
  asks();
  turn.heard();
  turn.answerOver(false);
  expect(told).toEqual([]);
});

test('what was heard is no silence, though the voice failed in it', () => {
  asks();
  turn.heard();
  turn.failed('tts');
  turn.answerOver(false);
  expect(told).toEqual([]);
});

test('an answer that breaks off after its beginning is no silence, but is told', () => {
  asks();
  turn.heard();
  turn.failed('llm');
  turn.answerOver(false);
  expect(told).toEqual(['broken']);
});

test('so is one whose end could not be spoken: half an answer may say the opposite', () => {
  asks();
  turn.heard();
  turn.failed('tts');
  turn.broke();
  turn.answerOver(false);
  expect(told).toEqual(['broken']);
  asks();
  turn.heard();
  turn.answerOver(false);
  expect(told).toEqual(['broken']);
});

test('so is a greeting that could not be spoken', () => {
  turn.asked();
  turn.failed('tts');
  turn.broke();
  turn.answerOver(false);
  expect(told).toEqual(['broken']);
});

test('so is a greeting that the model could not make', () => {
  turn.asked();
  turn.failed('llm');
  turn.answerOver(false);
  expect(told).toEqual(['broken']);
});

test('a caller who breaks in, goes on, or leaves makes no fault', () => {
  asks();
  turn.failed('tts');
  turn.answerOver(true);
  asks();
  turn.failed('tts');
  turn.callerSpeaks(true);
  turn.answerOver(false);
  asks();
  turn.failed('tts');
  turn.stop();
  turn.answerOver(false);
  expect(told).toEqual([]);
});

test('each turn is judged by itself', () => {
  asks();
  turn.heard();
  turn.answerOver(false);
  asks();
  turn.answerOver(false);
  expect(told).toEqual(['unknown']);
});
