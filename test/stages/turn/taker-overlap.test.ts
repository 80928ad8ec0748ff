import { expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

test('speech over the agent holds its voice at once; a listening noise lets it go on', async () => {
  const call = callerOver({ busy: true });
  call.speak(96);
  expect(call.log).toEqual([]);
  call.speak(128);
  expect(call.log).toEqual(['hold']);
  call.clock.advance(100);
  await call.last().is('Mm-hm.');
  expect(call.log).toEqual(['hold', 'transcribe', 'release']);
  call.clock.advance(2000);
  expect(call.log).toHaveLength(3);
});

test('real words over the agent cut it off and become a turn', async () => {
  const call = callerOver({ busy: true });
  call.speak(640);
  call.clock.advance(100);
  await call.last().is('No, the other one.');
  call.clock.advance(500);
  expect(call.log).toEqual([
    'hold',
    'transcribe',
    'interrupt',
    'started',
    'prepare No, the other one.',
    'ended No, the other one.',
  ]);
});

test('«okay» at the very end of what the agent says is an answer', async () => {
  const call = callerOver({ busy: true, ending: true });
  call.speak(320);
  call.clock.advance(100);
  await call.last().is('Okay.');
  expect(call.log).toContain('prepare Okay.');
});

test('an agent that may not be interrupted is not', () => {
  const call = callerOver({ busy: true, interruptible: false });
  call.speak(960);
  call.clock.advance(2000);
  expect(call.log).toEqual([]);
});
