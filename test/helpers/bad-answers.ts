import { gzipSync } from 'node:zlib';
import { encodeWav } from '../../src/openai/wav.ts';
import { type BodyRoute, KEY, ROUTES, SAID } from './model-routes.ts';
import { httpAnswer, httpHead, type RawHandler, type RawRequest } from './raw-server.ts';

/** What servers and whatever stands before them answer in place of an answer. */
export type BadAnswer = (route: BodyRoute) => RawHandler;

/** Long enough that taking all of it would show. */
const MUCH = Buffer.alloc(65_536, 'y');
const MOST_BYTES = 512 * 1_048_576;

const always = (status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}) => {
  const bytes = httpAnswer(status, body, headers);
  return () =>
    ({ send }: RawRequest) =>
      send(bytes);
};
const error = (status: number, message: string, headers: Record<string, string> = {}) =>
  always(status, JSON.stringify({ error: { message, type: 'x' } }), {
    'content-type': 'application/json',
    ...headers,
  });

/** Chunks without end, until the client is gone; a client that takes 512 MB has failed. */
const endless =
  (head: string, chunk: Uint8Array = MUCH): BadAnswer =>
  () =>
  async ({ send, socket }) => {
    await send(head);
    for (let sent = 0; sent < MOST_BYTES && (await send(chunk)); sent += chunk.length);
    socket.destroy();
  };

/** The good answer up to a part of it, as a body of unknown length. */
const part = (route: BodyRoute, share: number) => {
  const { type, body } = ROUTES[route].good;
  const bytes = Buffer.from(body);
  const piece = bytes.subarray(0, Math.floor(bytes.length * share));
  return { head: httpHead(200, { 'content-type': type, 'content-length': bytes.length }), piece };
};

const json = 'application/json';
const nested = `${'{"error":'.repeat(5000)}"x"${'}'.repeat(5000)}`;

export const BAD_ANSWERS = {
  '401': error(401, `Incorrect API key provided: ${KEY}. You asked: ${SAID}`),
  '404': always(404, '{"detail":"Not Found"}', { 'content-type': json }),
  '404 page': always(404, '<html><title>404 Not Found</title>nginx</html>', { 'content-type': 'text/html' }),
  '405': always(405, '{"detail":"Method Not Allowed"}', { 'content-type': json }),
  '429': error(429, 'Rate limit reached', { 'retry-after': '1' }),
  '429 long': error(429, 'Quota used up', { 'retry-after': '3600' }),
  '500': error(500, `Internal error at ${SAID}`),
  '503': error(503, 'Loading model', { 'retry-after': '5' }),
  '503 endless': endless(httpHead(503, { 'content-type': 'text/html' })),
  'slow first byte': () => () => {},
  'slow after headers':
    (route) =>
    ({ send }) =>
      send(part(route, 0).head),
  'stall in the middle':
    (route) =>
    async ({ send }) => {
      const { head, piece } = part(route, 0.5);
      await send(Buffer.concat([Buffer.from(head), piece]));
    },
  truncated:
    (route) =>
    async ({ send, socket }) => {
      const { head, piece } = part(route, 0.5);
      await send(Buffer.concat([Buffer.from(head), piece]));
      socket.end();
    },
  'closed at once':
    () =>
    ({ socket }) =>
      socket.destroy(),
  'no HTTP':
    () =>
    ({ send, socket }) =>
      send('\x15\x03\x01\0\x02\x02\x16').then(() => socket.end()),
  'binary garbage': always(200, Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919) % 251)), {
    'content-type': 'application/octet-stream',
  }),
  'web page': always(200, '<!doctype html><title>Please log in</title>', { 'content-type': 'text/html' }),
  'JSON error': error(200, `model small is not loaded for ${SAID}`),
  'empty body': always(200),
  'no content':
    () =>
    ({ send }) =>
      send(httpHead(204)),
  redirect: always(302, '', { location: `/v1/loop?key=${KEY}` }),
  'endless body': endless(httpHead(200, { 'content-type': json })),
  'endless event': endless(
    `${httpHead(200, { 'content-type': 'text/event-stream' })}data: {"choices":[{"delta":{"content":"`,
  ),
  'endless comments': endless(
    httpHead(200, { 'content-type': 'text/event-stream' }),
    Buffer.from(': keep-alive\n\n'.repeat(1000)),
  ),
  'endless sound': endless(httpHead(200, { 'content-type': 'audio/pcm' })),
  'gzip bomb': endless(
    httpHead(200, { 'content-type': json, 'content-encoding': 'gzip' }),
    gzipSync(Buffer.alloc(16 * 1_048_576)),
  ),
  'gzip of a good answer':
    (route) =>
    ({ send }) => {
      const { type, body } = ROUTES[route].good;
      return send(httpAnswer(200, gzipSync(body), { 'content-type': type, 'content-encoding': 'gzip' }));
    },
  'deep JSON': always(200, nested, { 'content-type': json }),
  'invalid UTF-8': always(200, Buffer.from('{"text":"\xff\xfe\xc3","data":"\xff"}', 'latin1'), {
    'content-type': json,
  }),
  'headers without end': endless('HTTP/1.1 200 OK\r\n', Buffer.from(`x-filler: ${'z'.repeat(1000)}\r\n`)),
  'two lengths':
    () =>
    ({ send }) =>
      send(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\nhello`),
  'chunk of no length':
    () =>
    ({ send }) =>
      send('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'),
  'endless trailers': endless(
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n',
    Buffer.from(`x-filler: ${'z'.repeat(1000)}\r\n`),
  ),
  'endless 1xx': endless('', Buffer.from('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100))),
  'MP3 for PCM': always(200, Buffer.concat([Buffer.from('ID3\x04'), MUCH]), { 'content-type': 'audio/pcm' }),
  'WAV of 1 Hz': always(200, encodeWav(new Int16Array(1000), 1), { 'content-type': 'audio/wav' }),
  'WAV of 60 channels': always(200, encodeWav(new Int16Array(6000), 24_000, 60), {
    'content-type': 'audio/wav',
  }),
} as const satisfies Record<string, BadAnswer>;
