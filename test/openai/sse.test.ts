import { expect, test } from 'vitest';
import { BOUNDS } from '../../src/bounds.ts';
import { EventTooLong, type SseEvent, sseEvents } from '../../src/openai/sse.ts';

async function eventsOf(chunks: Uint8Array[]): Promise<SseEvent[]> {
  const events: SseEvent[] = [];
  for await (const event of sseEvents(streamOf(chunks))) events.push(event);
  return events;
}

async function* streamOf(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const encode = (text: string) => new TextEncoder().encode(text);

const LINES = [
  ': keep-alive',
  'data: {"delta":"Selamat pagi, 早安 👋"}',
  '',
  'event: note',
  'id: 7',
  'retry: 10',
  'data:first',
  'data:  second',
  'data',
  '',
  '',
  'data: [DONE]',
  '',
  'data: after the end',
  '',
  '',
];
const EXPECTED = [
  { event: 'message', data: '{"delta":"Selamat pagi, 早安 👋"}' },
  { event: 'note', data: 'first\n second\n' },
];

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('events come out the same wherever the bytes are cut, with %s line ends', async (_, end) => {
  const bytes = encode(`\ufeff${LINES.join(end)}`);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect(await eventsOf([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(EXPECTED);
  }
  expect(await eventsOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(EXPECTED);
});

test('a stream without [DONE] ends with its bytes, its last event counted without a blank line too', async () => {
  expect(await eventsOf([encode('data: a\n\ndata: b')])).toEqual([
    { event: 'message', data: 'a' },
    { event: 'message', data: 'b' },
  ]);
  expect((await eventsOf([encode('data: a\r\n\r\ndata: b\r')])).map(({ data }) => data)).toEqual(['a', 'b']);
  expect(await eventsOf([encode('data: a\n\ndata: [DONE]')])).toHaveLength(1);
});

test('bytes without an event give none', async () => {
  expect(await eventsOf([])).toEqual([]);
  expect(await eventsOf([encode(': ping\n\n\n\nevent: nothing\n\n')])).toEqual([]);
});

test('[DONE] stops reading, so that the connection is let go', async () => {
  let returned = false;
  async function* endless() {
    try {
      yield encode('data: a\n\ndata: [DONE]\n\n');
      throw new Error('read on');
    } finally {
      returned = true;
    }
  }
  const events: SseEvent[] = [];
  for await (const event of sseEvents(endless())) events.push(event);
  expect(events).toHaveLength(1);
  expect(returned).toBe(true);
});

/** The same bytes for ever; how many were taken. */
function endless(text: string) {
  const bytes = encode(text);
  const seen = { taken: 0 };
  async function* chunks() {
    for (;;) {
      seen.taken += bytes.length;
      yield bytes;
    }
  }
  return { seen, chunks: chunks() };
}

test.each([
  ['a line without end', 'x'.repeat(10_000)],
  ['data without end', `data: ${'x'.repeat(10_000)}\n`],
  ['fields that mean nothing, without end', `: ${'x'.repeat(10_000)}\n`],
])('%s is given up at the bound', async (_, text) => {
  const { seen, chunks } = endless(text);
  const read = async () => {
    for await (const _event of sseEvents(chunks)) expect.fail('an event');
  };
  await expect(read()).rejects.toThrow(EventTooLong);
  expect(seen.taken).toBeLessThan(BOUNDS.eventCharacters + 3 * text.length);
});

test('the bound is of one event, not of all', async () => {
  const long = `data: ${'x'.repeat(BOUNDS.eventCharacters / 2)}\n\n`;
  expect(await eventsOf([encode(long), encode(long), encode(long)])).toHaveLength(3);
});
