import { expect, test } from 'vitest';
import type { Check, Finding, Result } from '../../src/doctor/check.ts';
import { type RunOptions, runChecks } from '../../src/doctor/run.ts';
import { AppError } from '../../src/errors.ts';
import { manualClock } from '../helpers/manual-clock.ts';

type Hop = Check<object>;
const RESULT = { evidence: '', cause: '', fix: '', ms: 0 };
const run = (checks: readonly Hop[], options: RunOptions = {}) =>
  runChecks(checks, { fetch }, { now: () => 0, ...options });

function hop(id: string, { found = 'fine', ...rest }: Partial<Hop> & { found?: string | Finding } = {}): Hop {
  return { id, proves: `${id} works`, run: async () => found, ...rest };
}
const broken = (id: string, thrown: unknown, rest: Partial<Hop> = {}): Hop =>
  hop(id, { run: () => Promise.reject(thrown), ...rest });

const verdicts = (results: readonly Result[]) => results.map(({ id, verdict }) => `${id} ${verdict}`);

test('a failure names what to do, and what needs it is skipped and not failed', async () => {
  const results = await run([
    broken('a', new AppError('down', { hint: 'start it' })),
    hop('b', { needs: ['a'] }),
    hop('c'),
  ]);
  expect(results).toEqual([
    { ...RESULT, id: 'a', proves: 'a works', verdict: 'fail', evidence: 'down', fix: 'start it' },
    { ...RESULT, id: 'b', proves: 'b works', verdict: 'skip', cause: 'needs «a works» (a)' },
    { ...RESULT, id: 'c', proves: 'c works', verdict: 'ok', evidence: 'fine' },
  ]);
});

test('a skip is passed on with its first cause; one that has another reason is not', async () => {
  const results = await run([
    broken('a', 'down'),
    hop('b', { needs: ['a'] }),
    hop('c', { needs: ['b'] }),
    hop('d', { found: { verdict: 'skip', cause: 'cannot be told from here' } }),
    hop('e', { needs: ['d'] }),
  ]);
  expect(results[2]).toMatchObject({ verdict: 'skip', cause: 'needs «a works» (a)' });
  expect(results[4]).toMatchObject({ verdict: 'ok' });
});

test('hops that do not depend on each other run at once, and are told in order', async () => {
  const order: string[] = [];
  let finishSlow = () => {};
  const slow = new Promise<void>((resolve) => {
    finishSlow = resolve;
  });
  const results = await run(
    [
      hop('slow', { run: () => slow.then(() => 'done') }),
      hop('quick', {
        run: async () => {
          finishSlow();
          return 'done';
        },
      }),
      hop('later', { after: ['slow'] }),
    ],
    { onStart: (id) => order.push(`start ${id}`), onResult: ({ id }) => order.push(`told ${id}`) },
  );
  expect(verdicts(results)).toEqual(['slow ok', 'quick ok', 'later ok']);
  expect(order.filter((line) => line.startsWith('told'))).toEqual(['told slow', 'told quick', 'told later']);
  expect(order.slice(0, 2)).toEqual(['start slow', 'start quick']);
});

test('a hop that comes after a broken one is tried all the same', async () => {
  expect(verdicts(await run([broken('a', 'down'), hop('b', { after: ['a'] })]))).toEqual(['a fail', 'b ok']);
});

test('what is asked for alone is run with what it needs', async () => {
  const checks = [hop('a'), hop('b', { needs: ['a'] }), hop('c'), hop('d', { needs: ['b'] })];
  expect(verdicts(await run(checks, { only: ['d'] }))).toEqual(['a ok', 'b ok', 'd ok']);
  await expect(run(checks, { only: ['x'] })).rejects.toMatchObject({ hint: 'there are a, b, c, d' });
});

test('a list with a need that is not before it is a fault of the program', async () => {
  await expect(run([hop('a', { needs: ['b'] }), hop('b')])).rejects.toThrow('check a needs b');
});

test('a repeated hop tells its rate, and what the worst attempt found', async () => {
  let attempts = 0;
  const flaky = hop('a', {
    repeats: true,
    run: async () => {
      attempts++;
      if (attempts % 4 === 0) throw new AppError('no answer', { hint: 'open it' });
      return 'fine';
    },
  });
  const results = await run([flaky, hop('once')], { repeat: 8 });
  expect(results[0]).toMatchObject({
    ...{
      verdict: 'fail',
      evidence: expect.stringMatching(/^6 of 8 attempts at once worked, in \d+ to \d+ ms\nno answer$/),
      fix: 'open it',
    },
  });
  expect(results[1]).toMatchObject({ evidence: 'fine' });
});

test('a model server gets so many requests at once as were asked for, and other hops one', async () => {
  let [running, most] = [0, 0];
  const model = hop('m', {
    isModel: true,
    async run() {
      running++;
      most = Math.max(most, running);
      await Promise.resolve();
      running--;
      return 'fine';
    },
  });
  const results = await run([model, hop('other')], { parallel: 4 });
  expect(most).toBe(4);
  expect(results[0]?.evidence).toMatch(/^4 of 4 attempts at once worked, in \d+ to \d+ ms\nfine$/);
  expect(results[1]?.evidence).toBe('fine');
});

test('the time of each result is told', async () => {
  const clock = manualClock();
  const slow = hop('s', {
    async run() {
      clock.advance(120.4);
      return 'slow';
    },
  });
  expect(await run([slow, hop('q')], { now: clock.now })).toMatchObject([{ ms: 120 }, { ms: 0 }]);
});

test('whatever is thrown is a failure, also what is no error', async () => {
  expect(await run([broken('odd', undefined)])).toMatchObject([{ verdict: 'fail', evidence: 'undefined' }]);
});

test('a check with nothing to look at is skipped', async () => {
  const nothing = { id: 'n', proves: 'n', run: async () => undefined };
  expect(await run([nothing])).toMatchObject([{ verdict: 'skip', cause: 'nothing is configured' }]);
});

test('a hop that never ends fails at its deadline', async () => {
  const deaf = hop('deaf', { deadlineMs: 1, run: () => new Promise<string>(() => {}) });
  expect(await run([deaf])).toMatchObject([{ verdict: 'fail', evidence: 'no end within 0.001 s' }]);
});

test('an interrupted run skips what did not end, and undoes what was left, the last first', async () => {
  const stop = new AbortController();
  const undone: string[] = [];
  const opens = hop('opens', {
    async run({ atEnd }) {
      atEnd(() => undone.push('room'));
      atEnd(() => Promise.reject(new Error('gone already')));
      atEnd(() => undone.push('participant'));
      return 'opened';
    },
  });
  const waits = hop('waits', {
    needs: ['opens'],
    run: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        stop.abort();
      }),
  });
  const results = await run([opens, waits, hop('next', { needs: ['waits'] })], { signal: stop.signal });
  expect(verdicts(results)).toEqual(['opens ok', 'waits skip', 'next skip']);
  expect(results[1]?.cause).toBe('interrupted');
  expect(undone).toEqual(['participant', 'room']);
});

test('a skip that names the failure behind it is passed on like one by need', async () => {
  const results = await run([
    broken('a', 'down'),
    hop('b', { after: ['a'], found: { verdict: 'skip', because: 'a', cause: 'x has no address' } }),
    hop('c', { needs: ['b'] }),
  ]);
  expect(results[1]).toEqual({
    ...RESULT,
    id: 'b',
    proves: 'b works',
    verdict: 'skip',
    cause: 'x has no address',
  });
  expect(results[2]).toMatchObject({ verdict: 'skip', cause: 'needs «a works» (a)' });
});
