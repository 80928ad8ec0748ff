import { expect, test } from 'vitest';
import { DialRefused } from '../../../../src/phone/outbound/choose-trunk.ts';
import { TooMany } from '../../../../src/phone/outbound/dial-limits.ts';
import type { Attempts } from '../../../../src/phone/outbound/list/journal.ts';
import { hoursOf } from '../../../../src/phone/outbound/list/list-command.ts';
import type { ListEntry } from '../../../../src/phone/outbound/list/read-list.ts';
import { type ListResult, runList } from '../../../../src/phone/outbound/list/run-list.ts';
import type { PlacedCall } from '../../../../src/phone/outbound/place-call.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';

const MINUTE_MS = 60_000;
const entry = (number: string, timezone = 'Asia/Kuala_Lumpur'): ListEntry => ({
  ...{ line: 2, number, prompt: 'reminder', variables: {}, timezone },
});
type Outcome = Partial<PlacedCall> | Error;

/** A run whose calls end as `outcomes` say, by number, each in turn; the last one stays. */
function running(entries: ListEntry[], outcomes: Record<string, Outcome[]>, more: object = {}) {
  const clock = manualClock();
  const startMs = Date.parse('2026-11-27T00:00:00Z');
  const dialled: string[] = [];
  const kept = new Map<string, Attempts>();
  const minute = () => Math.round(clock.now() / MINUTE_MS);
  const end = new AbortController();
  let atOnce = 0;
  let mostAtOnce = 0;
  const note = (number: string, result: string, step: number, atMs: number, sipCode?: number) =>
    void kept.set(number, { count: (kept.get(number)?.count ?? 0) + step, result, sipCode, atMs });
  let result: ListResult | undefined;
  void runList({
    entries,
    async dial({ to }) {
      const outcome = (outcomes[to]?.length ?? 0) > 1 ? outcomes[to]?.shift() : outcomes[to]?.[0];
      dialled.push(`${to} at ${minute()}`);
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      atOnce--;
      if (outcome instanceof Error) throw outcome;
      return { room: 'r', trunk: 't', result: 'answered', wasDialled: true, rangMs: 1, ...outcome };
    },
    journal: {
      attemptsOf: (number) => kept.get(number),
      dialling: async (number, atMs) => note(number, 'unknown', 1, atMs),
      ended: async (number, atMs, state, sipCode) =>
        note(number, state, state === 'not-dialled' ? -1 : 0, atMs, sipCode),
    },
    ...{ atOnce: 2, attempts: 3, clock, signal: end.signal },
    wallNow: () => startMs + clock.now(),
    log: { info() {}, warn() {} },
    ...more,
  }).then((counts) => {
    result = counts;
  });
  /** Lets so much time pass, in steps in which all that is due happens. */
  const later = async (minutes: number) => {
    for (let passed = 0; passed < minutes * 6 && !result; passed++) {
      for (let turn = 0; turn < 8; turn++) await new Promise(setImmediate);
      clock.advance(10_000);
    }
    for (let turn = 0; turn < 8; turn++) await new Promise(setImmediate);
  };
  return { dialled, kept, later, end, result: () => result, most: () => mostAtOnce };
}

test('each number is called once, so many at the same time', async () => {
  const { later, dialled, result, most } = running(
    ['1', '2', '3', '4', '5'].map((one) => entry(one)),
    {},
  );
  await later(2);
  expect(result()).toEqual({ answered: 5 });
  expect(dialled).toHaveLength(5);
  expect(most()).toBe(2);
});

test('busy is tried again after 5 minutes, no answer after an hour, three times in all; what is of the number never', async () => {
  const { later, dialled, result } = running(
    ['1', '2', '3', '4'].map((one) => entry(one)),
    {
      1: [{ result: 'busy', sipCode: 486 }, { result: 'answered' }],
      2: [{ result: 'no-answer', sipCode: 480 }],
      3: [{ result: 'failed', sipCode: 404 }],
      4: [{ result: 'declined', sipCode: 603 }],
    },
  );
  await later(130);
  expect(result()).toEqual({ answered: 1, 'no-answer': 1, failed: 1, declined: 1 });
  expect(dialled.map((one) => one.split(' ')[0]).sort()).toEqual(['1', '1', '2', '2', '2', '3', '4']);
  expect(dialled.filter((one) => one.startsWith('1'))).toEqual(['1 at 0', '1 at 5']);
  expect(dialled.filter((one) => one.startsWith('2'))).toEqual(['2 at 0', '2 at 60', '2 at 120']);
});

test('a number is called in its own hours, others before it', async () => {
  const hours = hoursOf('mon-fri 09:00-18:00');
  // It begins at 08:00 in Kuala Lumpur, 09:00 in Tokyo.
  const { later, dialled } = running([entry('1'), entry('2', 'Asia/Tokyo')], {}, { hours });
  await later(70);
  expect(dialled).toEqual(['2 at 0', '1 at 60']);
  expect(() => hoursOf('daily')).toThrow('--hours daily: want days and times');
});

test('where a limit is reached, or no worker is free, all wait, and no try is counted', async () => {
  const many = new TooMany('2 calls at once', 'main', 'atOnce', 120_000);
  const none = { result: 'failed', wasDialled: false } as const;
  const { later, dialled, result, kept } = running([entry('1')], { 1: [many, none, { result: 'answered' }] });
  await later(3);
  expect(dialled).toEqual(['1 at 0', '1 at 2', '1 at 2']);
  expect(result()).toEqual({ answered: 1 });
  expect(kept.get('1')?.count).toBe(1);
});

test('what may have rung in a run that broke off is not called again; an ended run leaves the rest for later', async () => {
  const { later, dialled, result, end, kept } = running(
    [entry('1'), entry('2')],
    {},
    {
      hours: hoursOf('sun 09:00-10:00'),
    },
  );
  kept.set('1', { count: 1, result: 'unknown', atMs: 0 });
  await later(1);
  end.abort();
  await later(1);
  expect(result()).toEqual({ unknown: 1, later: 1 });
  expect(dialled).toEqual([]);
});

test('a number that may not be called any more does not end the run', async () => {
  const refused = new DialRefused('not-allowed', '');
  const { later, result } = running([entry('1'), entry('2')], { 1: [refused, { result: 'answered' }] });
  await later(2);
  expect(result()).toEqual({ answered: 2 });
});
