import { getEventListeners } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { connectRealtime, type RealtimeConnection } from '../../src/openai/realtime-connection.ts';
import type { ServerEvent } from '../../src/openai/realtime-dialect.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';
import {
  OPENAI,
  type RealtimeServer,
  realtimeServer,
  type ServedSocket,
} from '../helpers/realtime-server.ts';

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const PING_EVERY_MS = 10_000;
let server: RealtimeServer;
let clock: ManualClock;
let closing: AbortController;
let mute: Server | undefined;

beforeEach(async () => {
  server = await realtimeServer(OPENAI);
  clock = manualClock();
  closing = new AbortController();
});
afterEach(async () => {
  closing.abort();
  mute?.close();
  await server.close();
});

function connect(url = `${server.baseUrl}/realtime`) {
  const events: ServerEvent[] = [];
  let ready: (connection: RealtimeConnection) => void = () => undefined;
  let lose: (error: EndpointError) => void = () => undefined;
  const stands = new Promise<RealtimeConnection>((resolve) => {
    ready = resolve;
  });
  const lost = new Promise<EndpointError>((resolve) => {
    lose = resolve;
  });
  const target = { endpoint: 'stt', url, headers: {}, model: 'whisper', deadlines, clock } as const;
  connectRealtime(
    { ...target, onReady: ready, onEvent: (event) => events.push(event), onLost: lose },
    closing.signal,
  );
  return { stands, lost, events };
}

const broken: [string, (served: ServedSocket) => void, string, string][] = [
  ['a page in a message', ({ socket }) => socket.send('<html><title>Sign in</title>'), 'invalid', 'Sign in'],
  ['JSON that is cut', ({ socket }) => socket.send('{"type":"conv'), 'invalid', '{"type":"conv'],
  ['JSON that is no object', ({ socket }) => socket.send('"hello"'), 'invalid', 'hello'],
  ['a binary message', ({ socket }) => socket.send(Buffer.from([1, 2])), 'invalid', 'no JSON'],
  [
    'bytes that are no frame',
    ({ wire }) => wire.write(Buffer.from([0xff, 0xff, 0xff, 0xff])),
    'invalid',
    'broke off',
  ],
  ['half a frame and the end', ({ wire }) => wire.end(Buffer.from([0x81, 0x7d, 0x7b])), 'stall', '1006'],
  ['a message beyond 1 MiB', ({ socket }) => socket.send('x'.repeat(1_100_000)), 'invalid', 'payload'],
  ['a close with a code', ({ socket }) => socket.close(1013, 'try later'), 'stall', '1013: try later'],
  ['the end of the wire', ({ wire }) => wire.destroy(), 'stall', '1006'],
];

test.each(broken)('%s loses a connection that stood', async (_, play, failure, said) => {
  const { stands, lost } = connect();
  await stands;
  play(await server.connection(1));
  const error = await lost;
  expect(error).toMatchObject({ failure, endpoint: 'stt' });
  expect(error.message.toLowerCase()).toContain(said.toLowerCase());
  expect(getEventListeners(closing.signal, 'abort')).toEqual([]);
});

test('what is half there is waited for', async () => {
  const { stands, events } = connect();
  await stands;
  const { wire } = await server.connection(1);
  const message = Buffer.from('{"type":"transcription.done","text":"whole"}');
  wire.write(Buffer.concat([Buffer.from([0x81, message.length]), message.subarray(0, 20)]));
  await new Promise((resolve) => wire.write('', resolve));
  wire.write(message.subarray(20));
  await expect.poll(() => events).toEqual([{ kind: 'final', item: undefined, text: 'whole' }]);
});

test('events that need not be known are passed over', async () => {
  const { stands, events } = connect();
  await stands;
  const served = await server.connection(1);
  for (const message of [{ type: 'rate_limits.updated' }, {}, { type: 7 }, []]) served.send(message);
  served.send({ type: 'conversation.item.input_audio_transcription.delta', item_id: 'a', delta: 5 });
  await expect.poll(() => events).toEqual([{ kind: 'delta', item: 'a', text: '' }]);
});

test.each([
  [1008, 'invalid'],
  [3000, 'invalid'],
  [1011, 'connect'],
])('a server that closes with %d before its greeting: %s', async (code, failure) => {
  server.greeting = undefined;
  const { lost } = connect();
  (await server.connection(1)).socket.close(code, 'no');
  expect(await lost).toMatchObject({ failure, message: expect.stringContaining(`${code}: no`) });
});

test('an error in place of the greeting is what it says', async () => {
  server.greeting = { type: 'error', error: { message: 'no such model' } };
  expect(await connect().lost).toMatchObject({
    failure: 'invalid',
    message: expect.stringContaining('no such model'),
  });
});

test('a server that accepts and says nothing is given up at the connect deadline', async () => {
  server.greeting = undefined;
  const { lost } = connect();
  const served = await server.connection(1);
  await new Promise((resolve) => served.wire.write('', resolve));
  clock.advance(deadlines.connectTimeoutMs);
  expect(await lost).toMatchObject({ failure: 'connect' });
});

test('a listener that never upgrades is given up at the connect deadline', async () => {
  mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => mute?.once('listening', resolve));
  const { port } = mute.address() as { port: number };
  const { lost } = connect(`http://127.0.0.1:${port}/v1/realtime`);
  await new Promise((resolve) => mute?.once('connection', resolve));
  clock.advance(deadlines.connectTimeoutMs);
  expect(await lost).toMatchObject({ failure: 'connect', message: expect.stringContaining('no connection') });
});

test('an idle connection stands while pings are answered, and is lost when they are not', async () => {
  const { stands, lost } = connect();
  await stands;
  const { socket } = await server.connection(1);
  const pinged = () => new Promise((resolve) => socket.once('ping', resolve));
  const first = pinged();
  clock.advance(PING_EVERY_MS);
  await first;
  const stillThere = new Promise((resolve) => socket.once('pong', resolve));
  socket.ping();
  await stillThere;
  const second = pinged();
  clock.advance(PING_EVERY_MS);
  await second;
  socket.pause();
  clock.advance(PING_EVERY_MS);
  clock.advance(PING_EVERY_MS);
  expect(await lost).toMatchObject({ failure: 'stall', message: expect.stringContaining('ping') });
});

test('a server that stops reading is given up before what waits for it fills the memory', async () => {
  const { stands, lost } = connect();
  const connection = await stands;
  const { wire } = await server.connection(1);
  wire.pause();
  const audio = 'x'.repeat(1_000_000);
  let sent = 0;
  let isLost = false;
  lost.then(() => {
    isLost = true;
  });
  while (!isLost && sent < 100) {
    connection.send({ type: 'input_audio_buffer.append', audio });
    sent += 1;
    await new Promise(setImmediate);
  }
  expect(await lost).toMatchObject({ failure: 'stall', retryable: true });
  expect(sent).toBeLessThan(30);
});
