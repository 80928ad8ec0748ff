import { expect, test } from 'vitest';
import { SpeculationGovernor } from '../../../src/stages/turn/governor.ts';
import { callerOver } from '../../helpers/turn.ts';

test('a slow or failing transcriber is asked only when the silence is long enough, until it has recovered', async () => {
  const call = callerOver();
  const turnOf = async (tookMs: number) => {
    call.speak(320);
    const before = call.answers.length;
    call.quiet(100);
    const early = call.answers.length > before;
    if (!early) call.quiet(500);
    call.quiet(tookMs);
    await call.last().is('Hello.');
    call.quiet(600);
    return early;
  };
  expect(await turnOf(3000)).toBe(true);
  expect(await turnOf(3000)).toBe(false);
  while (!call.governor.allows('stt')) expect(await turnOf(200)).toBe(false);
  expect(await turnOf(200)).toBe(true);
});

test('a failed transcription ends the turn with nothing, and stops speculation', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(100);
  await call.last().fails();
  call.quiet(500);
  expect(call.log.at(-1)).toBe('ended with nothing');
  expect(call.governor.allows('stt')).toBe(false);
});

test('no answer is prepared while the chat model is slow', async () => {
  const call = callerOver();
  call.governor.failed('llm');
  call.speak(320);
  call.quiet(100);
  await call.last().is('Hello.');
  call.quiet(500);
  expect(call.log).toEqual(['started', 'transcribe', 'ended Hello.']);
});

test('a caller who often goes on after a short pause is given a longer one, until that is over', async () => {
  const call = callerOver();
  const turnWith = async (firstPauseMs: number) => {
    call.speak(320);
    call.quiet(firstPauseMs);
    if (firstPauseMs > 0) call.speak(320);
    call.quiet(200);
    await call.last().is('What is my balance?');
    call.quiet(400);
    return call.log.splice(0).filter((entry) => entry === 'transcribe').length;
  };
  while (!call.governor.isPatient) expect(await turnWith(150)).toBe(2);
  expect(await turnWith(150)).toBe(1);
  while (call.governor.isPatient) expect(await turnWith(0)).toBe(1);
  expect(await turnWith(150)).toBe(2);
});

test('pauses in listening noise are not held against the caller', async () => {
  const agent = { busy: true };
  const call = callerOver(agent);
  for (let noise = 0; noise < 5; noise += 1) {
    call.speak(320);
    call.quiet(100);
  }
  await call.last().is('Mm-hm.');
  expect(call.log.at(-1)).toBe('release');
  agent.busy = false;
  call.speak(320);
  call.quiet(100);
  await call.last().is('What is my balance?');
  call.quiet(500);
  expect(call.log.at(-1)).toBe('ended What is my balance?');
  expect(call.governor.isPatient).toBe(false);
});

test('a slow transcriber is known by a request that nobody waited for', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(600);
  call.clock.advance(5000);
  call.speak(320);
  await call.last().fails();
  expect(call.governor.allows('stt')).toBe(false);
});

test('a request that was given up after a short while does not make its endpoint look fast', () => {
  const governor = new SpeculationGovernor(1500);
  governor.abandoned('stt', 300);
  governor.answered('stt', 2500);
  expect(governor.allows('stt')).toBe(false);
});
