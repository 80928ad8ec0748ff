import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface AnswerClock {
  hear(nowMs: number, callerSpeaks: boolean, agentSpeaks: boolean): number | undefined;
  wrote(nowMs: number): void;
}
const { AnswerClock } = await pageModule<{ AnswerClock: new () => AnswerClock }>('answer-clock.js');

/** Plays a conversation, one letter each 100 ms: c caller, a agent, b both, space nobody. Returns the waits. */
function waits(conversation: string, clock = new AnswerClock()): number[] {
  return [...conversation].flatMap((letter, index) => {
    const waitedMs = clock.hear(index * 100, 'cb'.includes(letter), 'ab'.includes(letter));
    return waitedMs === undefined ? [] : [waitedMs];
  });
}

test("the wait is from the caller's last sound to the agent's first", () => {
  expect(waits('cccccc         aaaa')).toEqual([1000]);
});

test('pauses inside a question or an answer are not waits', () => {
  expect(waits('ccc   ccc    aaa      aaa       aaa')).toEqual([500]);
});

test('each answer is measured once', () => {
  expect(waits('cccc    aaaa      cccc      aaaa')).toEqual([500, 700]);
});

test('a greeting is no answer, and a click is no question', () => {
  expect(waits('aaaa')).toEqual([]);
  expect(waits('aaaa        c       aaaa')).toEqual([]);
});

test("what the microphone hears of the agent's own voice is no question", () => {
  expect(waits('bbbbbbbb        aaaa')).toEqual([]);
});

test('a caller who interrupts waits from the end of what is said after the agent stopped', () => {
  expect(waits('aaaaaabbbccccc       aaaa')).toEqual([800]);
});

test('a silence of more than half a minute is not an answer time', () => {
  expect(waits(`cccc${' '.repeat(320)}aaaa`)).toEqual([]);
});

test('a written question counts from when it was sent', () => {
  const clock = new AnswerClock();
  clock.wrote(0);
  expect(waits('       aaaa', clock)).toEqual([700]);
});
