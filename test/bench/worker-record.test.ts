import { expect, test } from 'vitest';
import { addsUp, recordOf, recordRows } from '../../src/bench/worker-record.ts';
import { run, turn } from './turns.ts';

const record = { pauseMs: 90, sttMs: 200, holdMs: 5, llmTtftMs: 200, readyMs: 105, totalMs: 600 };

test('the last record of a turn counts, other events do not', () => {
  const event = (type: string, more: object = {}) => ({ type, atMs: 1, ...more });
  expect(recordOf([event('turn', { parts: { totalMs: 1 } }), event('turn', { parts: record })])).toBe(record);
  expect(recordOf([event('error', { parts: record }), event('turn')])).toBeUndefined();
});

test('parts add up to the whole within 20 ms', () => {
  expect(addsUp(record)).toBe(true);
  expect(addsUp({ ...record, totalMs: 621 })).toBe(false);
  expect(addsUp({ pauseMs: 90 })).toBe(true);
});

test('medians stand beside each other; without records there is no table', () => {
  const own = run([turn({ record }), turn({ record: { ...record, sttMs: 300, totalMs: 700 } })]);
  const rows = recordRows([
    { title: 'own', run: own },
    { title: 'stock', run: run([turn()]) },
  ]);
  expect(rows.find(([name]) => name?.startsWith('sttMs'))).toEqual(['sttMs: transcript', '250 (2)', '–']);
  expect(rows.at(-1)?.slice(1)).toEqual(['0 of 2', '0 of 0']);
  expect(recordRows([{ title: 'stock', run: run([turn()]) }])).toEqual([]);
});
