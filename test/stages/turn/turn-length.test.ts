import { expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

const MAX_MS = 10_000;

test('speech without a pause is answered soon after the longest turn', async () => {
  const call = callerOver({}, { maxTurnMs: MAX_MS });
  call.speak(MAX_MS);
  expect(call.log).toEqual(['started']);
  call.speak(3200, MAX_MS);
  expect(call.log).toEqual(['started', 'transcribe']);
  expect(call.turn.isOpen, 'what is said now belongs to the next turn').toBe(false);
  await call.last().is('And then I said, and then');
  expect(call.log.at(-1)).toBe('cut And then I said, and then');
});

test('a turn that is too long ends at its next short pause, with what was transcribed there', async () => {
  const call = callerOver({}, { maxTurnMs: MAX_MS });
  call.speak(MAX_MS + 320);
  call.quiet(100);
  await call.last().is('And then I said');
  call.speak(64);
  expect(call.log).toEqual(['started', 'transcribe', 'prepare And then I said', 'cut And then I said']);
});

test('so does one whose pause is still being transcribed when its speaker goes on', async () => {
  const call = callerOver({}, { maxTurnMs: MAX_MS });
  call.speak(MAX_MS + 320);
  call.quiet(100);
  call.speak(320);
  await call.last().is('And then I said');
  expect(call.log).toEqual(['started', 'transcribe', 'cut And then I said']);
});

test('the agent may speak over who does not stop; after a pause they are heard again', async () => {
  const agent = { busy: false };
  const call = callerOver(agent, { maxTurnMs: MAX_MS });
  call.speak(MAX_MS + 3200);
  await call.last().is('And then');
  agent.busy = true;
  const said = call.log.length;
  call.speak(5000, MAX_MS + 3200);
  expect(call.log.slice(said)).toEqual([]);
  call.quiet(320);
  call.speak(320);
  expect(call.log.slice(said)).toEqual(['hold']);
});

test('where there is nothing to answer, a new turn begins three seconds later', async () => {
  const call = callerOver({}, { maxTurnMs: MAX_MS });
  call.speak(MAX_MS + 3200);
  await call.last().is('');
  expect(call.log.at(-1)).toBe('cut with nothing');
  call.speak(2900, MAX_MS + 3200);
  expect(call.log.at(-1)).toBe('cut with nothing');
  call.speak(200, MAX_MS + 6200);
  expect(call.log.at(-1)).toBe('started');
});

test('speech over the agent that never pauses is settled, too', async () => {
  const call = callerOver({ busy: true }, { maxTurnMs: MAX_MS });
  call.speak(MAX_MS + 3200);
  await call.last().is('');
  call.speak(640, MAX_MS + 3200);
  expect(call.log).toEqual(['hold', 'peek', 'release', 'hold expired', 'transcribe']);
});
