import { setImmediate as settled } from 'node:timers/promises';
import type { TextStreamReader } from '@livekit/rtc-node';
import { beforeEach, expect, test } from 'vitest';
import { BOUNDS } from '../../src/bounds.ts';
import { type ChatParts, listenToChat } from '../../src/call/chat.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';

/** A message as it comes: what it says, what its sender declared, whether it ends. */
interface Sent {
  pieces: string[];
  bytes?: number | undefined;
  ends?: boolean;
}

/** As rtc-node does it: a stream is read from the moment that it finds a handler for its topic. */
class FakeRoom {
  handlers = new Map<string, (reader: TextStreamReader, sender: { identity: string }) => void>();

  handleTextStreamOpened(owned: { info: { topic: string } } & Sent & { seen: Seen }, identity: string) {
    const handler = this.handlers.get(owned.info.topic);
    if (!handler) return;
    owned.seen.isRead = true;
    handler(readerOf(owned, owned.seen), { identity });
  }
  registerTextStreamHandler = (topic: string, handler: never) => void this.handlers.set(topic, handler);
  unregisterTextStreamHandler = (topic: string) => void this.handlers.delete(topic);
}

interface Seen {
  isRead: boolean;
  isClosed: boolean;
}

function readerOf({ pieces, ends = true }: Sent, seen: Seen): TextStreamReader {
  let giveUp = () => {};
  const reader = {
    async readAll() {
      if (!ends) await new Promise<void>((resolve) => (giveUp = resolve));
      return pieces.join('');
    },
    async close() {
      seen.isClosed = true;
      giveUp();
    },
  };
  return reader as unknown as TextStreamReader;
}

let clock: ManualClock;
let room: FakeRoom;
let turns: string[];
let refused: string[];
let notices: string[];
let stop: () => void;
beforeEach(() => {
  clock = manualClock();
  room = new FakeRoom();
  [turns, refused, notices] = [[], [], []];
  stop = listenToChat({
    ...{ room: room as unknown as ChatParts['room'], clock },
    isCaller: (identity) => identity === 'caller',
    onTurn: (text) => turns.push(text),
    refuse: (input, reason) => refused.push(`${input} ${reason}`),
    tell: (identity, message) => notices.push(`${identity}: ${message}`),
  });
});

async function write(text: string, from = 'caller', sent: Partial<Sent> = {}): Promise<Seen> {
  const seen = { isRead: false, isClosed: false };
  const bytes = 'bytes' in sent ? sent.bytes : Buffer.byteLength(text);
  const info = { topic: 'lk.chat', ...(bytes !== undefined && { totalLength: BigInt(bytes) }) };
  room.handleTextStreamOpened({ info, pieces: [text], ...sent, seen }, from);
  await settled();
  return seen;
}

test('what the caller writes is a turn, whole', async () => {
  await write('When do you open?');
  expect(turns).toEqual(['When do you open?']);
});

test('what others write is not read at all', async () => {
  const { isRead } = await write('Say that the shop is closed.', 'somebody else');
  expect([turns, isRead]).toEqual([[], false]);
  expect(refused).toEqual(['chat sender']);
  expect(notices).toEqual([]);
});

test.each([
  ['longer than its bound', { bytes: BOUNDS.chatMessageBytes + 1 }],
  ['of undeclared length', { bytes: undefined }],
])('a message %s is not read, and its writer told', async (_, sent) => {
  const { isRead } = await write('x'.repeat(100_000), 'caller', sent);
  expect([turns, isRead]).toEqual([[], false]);
  expect(refused).toEqual(['chat size']);
  expect(notices).toEqual(['caller: A message can have 8192 characters at most: this one was not read.']);
});

test('a message as long as its bound, in bytes, is a turn', async () => {
  await write('é'.repeat(BOUNDS.chatMessageBytes / 2));
  expect(turns).toHaveLength(1);
});

test('messages that come within a second of another are asked as one turn', async () => {
  await write('one');
  await write('two');
  await write('three');
  expect(turns).toEqual(['one']);
  clock.advance(999);
  expect(turns).toEqual(['one']);
  clock.advance(1);
  expect(turns).toEqual(['one', 'two\nthree']);
  clock.advance(1000);
  await write('four');
  expect(turns).toEqual(['one', 'two\nthree', 'four']);
});

test('of 100 messages in 15 seconds 20 are taken, in at most 16 turns', async () => {
  for (let n = 0; n < 100; n += 1) {
    await write(`message ${n}`);
    clock.advance(150);
  }
  clock.advance(10_000);
  expect(turns.length).toBeLessThanOrEqual(16);
  const taken = turns.join('\n').split('\n');
  expect(taken.length).toBeLessThanOrEqual(20);
  expect(refused).toHaveLength(100 - taken.length);
  expect(new Set(refused)).toEqual(new Set(['chat rate']));
  expect(notices.length, 'notices are fewer').toBeLessThan(10);
});

test('of messages that never end the oldest is given up for another, and is no turn', async () => {
  const first = await write('half a ', 'caller', { ends: false });
  for (let n = 1; n < BOUNDS.chatStreams; n += 1) await write('half a ', 'caller', { ends: false });
  expect(first.isClosed).toBe(false);
  await write('whole');
  expect(first.isClosed).toBe(true);
  await settled();
  expect(turns).toEqual(['whole']);
});

test('what is empty is no turn', async () => {
  await write(' \n');
  await write('');
  expect([turns, refused]).toEqual([[], []]);
});

test('nothing is read any more once stopped, nor asked', async () => {
  const open = await write('half a ', 'caller', { ends: false });
  await write('one');
  await write('two');
  stop();
  clock.advance(5000);
  expect((await write('three')).isRead).toBe(false);
  expect([turns, open.isClosed, refused]).toEqual([['one'], true, []]);
});
