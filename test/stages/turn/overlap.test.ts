import { expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

const HOLD = { bargeInHoldMs: 2000 };

test('speech that brings no words gives the voice back after a bound, and is listened to', async () => {
  const call = callerOver({ busy: true }, HOLD);
  call.speak(128);
  expect(call.log).toEqual(['hold']);
  call.speak(1984, 128);
  await call.peeks[0]?.is('');
  call.speak(32, 2112);
  expect(call.log).toEqual(['hold', 'peek', 'release', 'hold expired']);
  call.quiet(100);
  await call.last().is('No, the other one.');
  call.quiet(500);
  expect(call.log.slice(4)).toEqual([
    'transcribe',
    'interrupt',
    'started',
    'prepare No, the other one.',
    'ended No, the other one.',
  ]);
});

test('words cut the agent off before the caller pauses, and the turn goes on', async () => {
  const call = callerOver({ busy: true }, HOLD);
  call.speak(896);
  expect(call.log).toEqual(['hold', 'peek']);
  await call.peeks[0]?.is('No, I mean');
  expect(call.log.slice(2)).toEqual(['interrupt', 'started']);
  call.speak(3200, 896);
  call.quiet(100);
  await call.last().is('No, I mean the other one.');
  call.quiet(500);
  expect(call.log.slice(4)).toEqual([
    'transcribe',
    'prepare No, I mean the other one.',
    'ended No, I mean the other one.',
  ]);
});

test('a listening noise that goes on does not cut the agent off', async () => {
  const call = callerOver({ busy: true }, HOLD);
  call.speak(896);
  await call.peeks[0]?.is('Ya ya ya');
  call.quiet(100);
  await call.last().is('Ya ya ya, okay.');
  expect(call.log).toEqual(['hold', 'peek', 'transcribe', 'release']);
});

test('the agent’s own voice does not cut it off', async () => {
  const call = callerOver({ busy: true, echo: { isHeard: () => false, was: () => true } }, HOLD);
  call.speak(896);
  await call.peeks[0]?.is('how can I help');
  expect(call.log).toEqual(['hold', 'peek']);
});

test('a transcription that hangs holds the voice no longer than the bound; its words count when they come', async () => {
  const call = callerOver({ busy: true }, HOLD);
  call.speak(320);
  call.quiet(1800);
  expect(call.log).toEqual(['hold', 'transcribe']);
  call.quiet(200);
  expect(call.log.slice(2)).toEqual(['release', 'hold expired']);
  call.quiet(20_000);
  await call.last().is('Stop it.');
  expect(call.log.slice(4, 6)).toEqual(['interrupt', 'started']);
});

test('a transcription that fails gives the voice back at once', async () => {
  const call = callerOver({ busy: true }, HOLD);
  call.speak(320);
  call.quiet(100);
  await call.last().fails();
  expect(call.log).toEqual(['hold', 'transcribe', 'release']);
});

/** A sound over the agent that ends, and brings these words. */
async function sound(call: ReturnType<typeof callerOver>, text: string): Promise<string[]> {
  const before = call.log.length;
  call.speak(320);
  call.quiet(100);
  await call.last().is(text);
  call.quiet(1000);
  return call.log.slice(before);
}

test('sounds that brought no words twice do not hold the voice for a while; words still cut it off', async () => {
  const call = callerOver({ busy: true }, HOLD);
  expect(await sound(call, '')).toEqual(['hold', 'transcribe', 'release']);
  expect(await sound(call, '')).toEqual(['hold', 'transcribe', 'release']);
  expect(await sound(call, '')).toEqual(['transcribe']);
  expect(await sound(call, 'Stop it.')).toEqual([
    'transcribe',
    'interrupt',
    'started',
    'prepare Stop it.',
    'ended Stop it.',
  ]);
  expect(await sound(call, ''), 'words end the while').toEqual(['hold', 'transcribe', 'release']);
});

test('listening noises and echoes are no background', async () => {
  const call = callerOver({ busy: true, echo: { isHeard: () => false, was: (text) => text === 'hi' } }, HOLD);
  for (const text of ['Mm-hm.', 'hi', 'Okay.', 'hi'])
    expect(await sound(call, text)).toEqual(['hold', 'transcribe', 'release']);
});

test('a sound without end holds the voice once, and its audio is forgotten piece by piece', async () => {
  const call = callerOver({ busy: true }, HOLD);
  for (let ms = 0, looked = 0; ms < 120_000; ms += 32) {
    call.speak(32, ms + 96);
    if (call.peeks.length > looked) await call.peeks[looked++]?.is('');
  }
  const count = (what: string) => call.log.filter((one) => one === what).length;
  expect(count('hold')).toBe(1);
  expect(count('transcribe')).toBe(0);
  expect(count('interrupt')).toBe(0);
  expect(count('peek')).toBeGreaterThan(40);
  expect(count('peek')).toBeLessThan(90);
});

test('a slow transcription is not asked while speech goes on', () => {
  const call = callerOver({ busy: true }, HOLD);
  call.governor.failed('stt');
  call.speak(3200);
  expect(call.log).toEqual(['hold', 'release', 'hold expired']);
});
