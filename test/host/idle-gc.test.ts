import { expect, test } from 'vitest';
import { collectWhenIdle } from '../../src/host/idle-gc.ts';
import { manualClock } from '../helpers/manual-clock.ts';

test('garbage is collected once, 2 s after the last call, and not while another runs', () => {
  const clock = manualClock();
  let calls = 0;
  let collected = 0;
  const lastCallEnded = collectWhenIdle(
    () => calls === 0,
    clock,
    () => {
      collected += 1;
    },
  );
  lastCallEnded();
  clock.advance(1500);
  lastCallEnded();
  clock.advance(1500);
  expect(collected).toBe(0);
  clock.advance(500);
  expect(collected).toBe(1);
  lastCallEnded();
  calls = 1;
  clock.advance(2000);
  expect(collected).toBe(1);
});

test('what nothing holds any more is gone', async () => {
  const clock = manualClock();
  let isGone = false;
  const registry = new FinalizationRegistry(() => {
    isGone = true;
  });
  registry.register({}, undefined);
  collectWhenIdle(() => true, clock)();
  clock.advance(2000);
  await expect.poll(() => isGone).toBe(true);
});
