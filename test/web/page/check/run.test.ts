import { expect, test } from 'vitest';
import { type Hop, HopError, type Result, resultOf, runHops, verdictsOf } from './page-check.ts';

const hop = (id: string, run: Hop['run'], more: Partial<Hop> = {}): Hop => ({
  id,
  proves: `${id} works`,
  run,
  ...more,
});
const fine = async () => 'seen';
const broken = async () => {
  throw new HopError({ evidence: 'nothing answers', cause: 'the port is closed', fix: 'open it' });
};
const run = (hops: readonly Hop[], signal = new AbortController().signal) => runHops(hops, {}, { signal });

test('what is found stands in a result with every key', async () => {
  const warned = hop('b', async () => ({ verdict: 'warn', evidence: 'slow', cause: 'far away' }));
  const [first, second] = await run([hop('a', fine), warned]);
  expect(first).toEqual({
    ...{ id: 'a', verdict: 'ok', proves: 'a works', evidence: 'seen', cause: '', fix: '' },
    ms: expect.any(Number),
  });
  expect(second).toMatchObject({ verdict: 'warn', evidence: 'slow', cause: 'far away', fix: '' });
});

test('a failure says what is known of it, and anything thrown is one', async () => {
  const results = await run([hop('a', broken), hop('b', async () => Promise.reject(new Error('oops')))]);
  expect(resultOf(results, 'a')).toMatchObject({
    verdict: 'fail',
    cause: 'the port is closed',
    fix: 'open it',
  });
  expect(resultOf(results, 'b')).toMatchObject({ verdict: 'fail', evidence: 'oops' });
});

test('what a failure explains is skipped, also at one remove, and names what failed first', async () => {
  const hops = [
    hop('a', broken),
    hop('b', fine, { needs: ['a'] }),
    hop('c', fine, { needs: ['b'] }),
    hop('d', fine, { after: ['a'] }),
  ];
  const results = await run(hops);
  expect(verdictsOf(results)).toEqual({ a: 'fail', b: 'skip', c: 'skip', d: 'ok' });
  expect(resultOf(results, 'c').cause).toBe('needs «a works»');
});

test('a hop that was skipped because there is nothing to try takes no other with it', async () => {
  const nothing = hop('a', async () => ({ verdict: 'skip', cause: 'there is none' }));
  expect(verdictsOf(await run([nothing, hop('b', fine, { needs: ['a'] })]))).toEqual({ a: 'skip', b: 'ok' });
});

test('hops that do not need each other run at once, and are told of as they end', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const told: Result[] = [];
  const slow = hop('a', () => gate.then(() => 'late'));
  const quick = hop('b', async () => {
    open();
    return 'first';
  });
  const { signal } = new AbortController();
  const results = await runHops([slow, quick], {}, { signal, onResult: (result) => void told.push(result) });
  expect(told.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(results.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a hop that does not end is a failure at its deadline', async () => {
  const [result] = await run([hop('a', () => new Promise(() => {}), { deadlineMs: 20 })]);
  expect(result).toMatchObject({ verdict: 'fail', evidence: 'no answer within 0.02 s' });
});

test('a check that is stopped skips what has not ended', async () => {
  const stop = new AbortController();
  const endless = hop('a', () => new Promise(() => {}));
  const results = run([endless, hop('b', fine, { needs: ['a'] })], stop.signal);
  stop.abort();
  expect(verdictsOf(await results)).toEqual({ a: 'skip', b: 'skip' });
});
