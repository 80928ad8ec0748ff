import { beforeEach, expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface Packet {
  participantSid: string;
  value: { case: string; value: object };
}
interface Door {
  take(packet: Packet): void;
  retry(): void;
}
const { StreamDoor } = await pageModule<{
  StreamDoor: new (
    topic: string,
    isAgent: (sid: string) => boolean | undefined,
    pass: (packet: Packet) => void,
  ) => Door;
}>('stream-door.js');

const TOPIC = 'lk.transcription';

let passed: string[];
let known: Map<string, boolean>;
let door: Door;
beforeEach(() => {
  passed = [];
  known = new Map([
    ['AGENT', true],
    ['GUEST', false],
  ]);
  door = new StreamDoor(
    TOPIC,
    (sid) => known.get(sid),
    ({ participantSid, value }) => passed.push(`${participantSid} ${value.case}`),
  );
});

const header = (sid: string, streamId: string, rest: object = {}) =>
  door.take({
    participantSid: sid,
    value: { case: 'streamHeader', value: { streamId, topic: TOPIC, ...rest } },
  });
const chunk = (sid: string, streamId: string, bytes = 10) =>
  door.take({
    participantSid: sid,
    value: { case: 'streamChunk', value: { streamId, content: new Uint8Array(bytes) } },
  });
const trailer = (sid: string, streamId: string) =>
  door.take({ participantSid: sid, value: { case: 'streamTrailer', value: { streamId } } });

test('a stream of the agent passes, from its header to its end', () => {
  header('AGENT', 'a');
  chunk('AGENT', 'a');
  trailer('AGENT', 'a');
  expect(passed).toEqual(['AGENT streamHeader', 'AGENT streamChunk', 'AGENT streamTrailer']);
});

test('a stream of anybody else does not', () => {
  header('GUEST', 'a');
  chunk('GUEST', 'a');
  trailer('GUEST', 'a');
  expect(passed).toEqual([]);
});

test('nobody else writes into a stream of the agent, ends it, or begins it again', () => {
  header('AGENT', 'a');
  passed.length = 0;
  chunk('GUEST', 'a');
  trailer('GUEST', 'a');
  header('GUEST', 'a');
  header('AGENT', 'a');
  expect(passed).toEqual([]);
  chunk('AGENT', 'a');
  expect(passed).toEqual(['AGENT streamChunk']);
});

test('a stream on another topic does not pass, nor what has no header', () => {
  header('AGENT', 'a', { topic: 'lk.rpc' });
  chunk('AGENT', 'a');
  chunk('AGENT', 'b');
  trailer('AGENT', 'b');
  expect(passed).toEqual([]);
});

test('who is not known yet waits, and is let in when known as the agent', () => {
  header('NEW', 'a');
  chunk('NEW', 'a');
  header('STRANGER', 'b');
  expect(passed).toEqual([]);
  known.set('NEW', true);
  known.set('STRANGER', false);
  door.retry();
  chunk('NEW', 'a');
  expect(passed).toEqual(['NEW streamHeader', 'NEW streamChunk', 'NEW streamChunk']);
});

test('a bounded number of packets waits', () => {
  for (let n = 0; n < 1000; n += 1) header('NEW', `s${n}`);
  known.set('NEW', true);
  door.retry();
  expect(passed).toHaveLength(256);
});

test('a stream is cut at 64 KB, and still ends', () => {
  header('AGENT', 'a');
  for (let n = 0; n < 10; n += 1) chunk('AGENT', 'a', 15_000);
  trailer('AGENT', 'a');
  expect(passed.filter((one) => one.endsWith('Chunk'))).toHaveLength(4);
  expect(passed.at(-1)).toBe('AGENT streamTrailer');
  header('AGENT', 'b', { inlineContent: new Uint8Array(70_000) });
  expect(passed.at(-1)).toBe('AGENT streamTrailer');
});

test('streams that never end do not keep later ones out', () => {
  for (let n = 0; n < 1000; n += 1) header('AGENT', `s${n}`);
  expect(passed).toHaveLength(1000);
  passed.length = 0;
  chunk('AGENT', 's0');
  chunk('AGENT', 's999');
  expect(passed).toEqual(['AGENT streamChunk']);
});

test.for([{ case: 'streamChunk', value: undefined }, { case: 'somethingNew', value: {} }, { value: {} }])(
  'a packet of another form is dropped: %#',
  (value) => {
    door.take({ participantSid: 'AGENT', value } as Packet);
    expect(passed).toEqual([]);
  },
);
