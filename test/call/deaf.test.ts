import { expect, test } from 'vitest';
import { endWhenDeaf } from '../../src/call/deaf.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A call whose apology is heard, or fails, when the test says so. */
function deafCall(reason?: string) {
  const clock = manualClock();
  const log: string[] = [];
  let heard = () => {};
  let fails = (_: Error) => {};
  const tell = endWhenDeaf({
    clock,
    apologise() {
      log.push('apology');
      return new Promise<void>((resolve, reject) => {
        heard = resolve;
        fails = reject;
      });
    },
    hangUp: { reason, begin: (why) => log.push(why) },
  });
  const lose = (isLost: boolean) =>
    tell({ type: 'detector-failed', reason: 'native error', isLost, callId: 'c', atMs: 0 });
  return { clock, log, lose, heard: () => heard(), fails: () => fails(new Error('no voice')) };
}

test('a call that hears nothing any more ends with an apology', async () => {
  const { log, lose, heard } = deafCall();
  lose(false);
  expect(log, 'it was opened again').toEqual([]);
  lose(true);
  await settled();
  expect(log).toEqual(['apology']);
  heard();
  await settled();
  expect(log).toEqual(['apology', 'caller not heard']);
});

test.each(['fails', 'never ends'])('it ends where the apology %s, too', async (how) => {
  const { clock, log, lose, fails } = deafCall();
  lose(true);
  if (how === 'fails') fails();
  else clock.advance(10_000);
  await settled();
  expect(log).toEqual(['apology', 'caller not heard']);
});

test('a call that ends already says its good-bye alone', async () => {
  const { log, lose } = deafCall('hang-up');
  lose(true);
  await settled();
  expect(log).toEqual([]);
});
