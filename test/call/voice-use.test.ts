import { setImmediate as settled } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { VoiceUse } from '../../src/call/voice-use.ts';

/** Whether it is free now. */
function watched(use: VoiceUse, signal = new AbortController().signal) {
  let isFree = false;
  void use.whenFree(signal).then(() => {
    isFree = true;
  });
  return async () => {
    await settled();
    return isFree;
  };
}

test('what can wait waits for everybody', async () => {
  const use = new VoiceUse();
  const [greeted, answered] = [use.begin(), use.begin()];
  const isFree = watched(use);
  greeted();
  greeted();
  expect(await isFree()).toBe(false);
  answered();
  expect(await isFree()).toBe(true);
  expect(await watched(use)()).toBe(true);
});

test('the end of the call ends the wait', async () => {
  const use = new VoiceUse();
  use.begin();
  const over = new AbortController();
  const isFree = watched(use, over.signal);
  expect(await isFree()).toBe(false);
  over.abort();
  expect(await isFree()).toBe(true);
});
