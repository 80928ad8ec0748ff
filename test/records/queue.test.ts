import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallFact } from '../../src/observe/facts.ts';
import { RecordsFolder } from '../../src/records/folder.ts';
import { type Message, type Sent, webhookMessage } from '../../src/records/message.ts';
import { DeliveryQueue } from '../../src/records/queue.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

let folder: RecordsFolder;
beforeEach(async () => {
  folder = new RecordsFolder(await mkdtemp(join(tmpdir(), 'records-')), 'me.1');
});
afterEach(() => rm(folder.dir, { recursive: true, force: true }));

const DAY_MS = 24 * 3_600_000;

function open(answer: (message: Message) => Sent | Promise<Sent>) {
  const clock = manualClock();
  const facts: CallFact[] = [];
  const tried: string[] = [];
  const log = keptLog();
  let nowMs = 1000;
  const queue = new DeliveryQueue({
    ...{ to: 'webhook', folder, clock, log, report: (fact) => facts.push(fact), random: () => 0.5 },
    wallNow: () => nowMs,
    async send(message) {
      tried.push(message.callId);
      return answer(message);
    },
  });
  const outcomes = () => facts.map((fact) => 'outcome' in fact && fact.outcome);
  return { queue, clock, tried, log, outcomes, later: (ms: number) => (nowMs += ms) };
}

const messageOf = (callId: string, atMs = 1000) => webhookMessage('call.ended', callId, atMs, {});
const files = async (path: string) => (await readdir(path).catch(() => [])).length;
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });

test('what is delivered is gone from the disk, in order', async () => {
  const { queue, tried, outcomes } = open(() => ({}));
  for (const id of ['a', 'b', 'c']) await queue.add(messageOf(id));
  await eventually(() => queue.size).toBe(0);
  expect(tried).toEqual(['a', 'b', 'c']);
  expect(outcomes()).toEqual(['sent', 'sent', 'sent']);
  await eventually(() => files(folder.queue)).toBe(0);
});

test('while a receiver fails it is tried after 5 s, 10 s and so on, and told of once; then all goes out', async () => {
  let isDown = true;
  const answer = (): Sent => (isDown ? { failed: 'refused', hint: 'look' } : {});
  const { queue, clock, tried, log } = open(answer);
  await queue.add(messageOf('a'));
  await queue.add(messageOf('b'));
  await clock.waitsFor(5000);
  expect(tried).toEqual(['a']);
  clock.advance(5000);
  await clock.waitsFor(10_000);
  expect(tried).toHaveLength(2);
  isDown = false;
  clock.advance(10_000);
  await eventually(() => queue.size).toBe(0);
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  expect(log.lines.at(-1)?.msg).toBe('records are delivered again');
});

test('a queue that is opened again has all that was not delivered, and tries it at once', async () => {
  const before = open(() => ({ failed: 'refused' }));
  await before.queue.add(messageOf('a'));
  await before.clock.waitsFor(5000);
  await before.queue.close();
  const after = open(() => ({}));
  await after.queue.load();
  await eventually(() => after.tried).toEqual(['a']);
});

test('what a receiver wants no more, and what is three days old, lies in dead/', async () => {
  const { queue, outcomes, later } = open(({ callId }) => ({ failed: 'no', isFinal: callId === 'a' }));
  await queue.add(messageOf('a'));
  await eventually(() => files(folder.dead)).toBe(1);
  const old = open(() => ({ failed: 'no' }));
  old.later(3 * DAY_MS + 1);
  await old.queue.add(messageOf('b'));
  await eventually(() => files(folder.dead)).toBe(2);
  expect([...outcomes(), ...old.outcomes()]).toEqual(['given-up', 'given-up']);
  expect(await files(folder.queue)).toBe(0);
  later(0);
});

test('the same message twice is one', async () => {
  const { queue } = open(() => new Promise(() => {}));
  await queue.add(messageOf('a'));
  await queue.add(messageOf('a'));
  expect([queue.size, await files(folder.queue)]).toEqual([1, 1]);
});
