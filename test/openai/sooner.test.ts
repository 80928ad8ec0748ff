import { expect, test } from 'vitest';
import { sooner } from '../../src/openai/sooner.ts';
import { manualClock } from '../helpers/manual-clock.ts';

function byHand() {
  let [resolve, reject]: [(value: string) => void, (error: Error) => void] = [() => {}, () => {}];
  const promise = new Promise<string>((...own) => {
    [resolve, reject] = own;
  });
  return { promise, resolve: (value: string) => resolve(value), reject: (error: Error) => reject(error) };
}

/** Two ways that a test ends by hand. */
function ways(afterMs = 1000) {
  const clock = manualClock();
  const first = byHand();
  const other = byHand();
  const signals: AbortSignal[] = [];
  const start = (signal: AbortSignal) => {
    signals.push(signal);
    return other.promise;
  };
  return { clock, first, other, signals, result: sooner(first.promise, { clock, afterMs, start }) };
}
const settled = () => new Promise<void>((done) => setImmediate(done));

test('the other way is not gone while the first is in time, nor where it never is late', async () => {
  const { clock, first, signals, result } = ways();
  clock.advance(999);
  first.resolve('first');
  expect(await result).toEqual({ value: 'first', byOther: false });
  expect(clock.pending()).toEqual([]);
  const never = ways(Number.POSITIVE_INFINITY);
  expect(never.clock.pending()).toEqual([]);
  expect(signals).toEqual([]);
});

test('of a first that is late, whichever answers sooner counts, and the other is not wanted any more', async () => {
  const late = ways();
  late.clock.advance(1000);
  await settled();
  late.other.resolve('other');
  expect(await late.result).toEqual({ value: 'other', byOther: true });
  const back = ways();
  back.clock.advance(1000);
  await settled();
  expect(back.signals.map(({ aborted }) => aborted)).toEqual([false]);
  back.first.resolve('first');
  expect(await back.result).toEqual({ value: 'first', byOther: false });
  expect(back.signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('a first that fails in time fails at once; a late one when the other failed too, with its own error', async () => {
  const inTime = ways();
  inTime.first.reject(new Error('first failed'));
  await expect(inTime.result).rejects.toThrow('first failed');
  expect(inTime.signals).toEqual([]);
  const late = ways();
  late.clock.advance(1000);
  await settled();
  late.first.reject(new Error('first failed'));
  await settled();
  late.other.reject(new Error('other failed'));
  await expect(late.result).rejects.toThrow('first failed');
});
