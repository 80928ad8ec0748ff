import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { judge, type Measured, pathMtu, SIZES } from '../../../src/doctor/checks/path-mtu.ts';
import { CLASS, decode, encode } from '../../../src/stun/message.ts';
import { inside } from '../../helpers/inside.ts';

const URL = 'turn:10.0.0.4:3478?transport=udp';
const measured = (answered: (bytes: number) => number): Measured[] =>
  SIZES.map((bytes) => ({ bytes, sent: 10, tookMs: Array.from({ length: answered(bytes) }, () => 7) }));

test('all sizes arrive', () => {
  expect(
    judge(
      measured(() => 10),
      URL,
    ),
  ).toEqual({
    evidence: expect.stringContaining('100 bytes 10 of 10, 7 ms; 500 bytes'),
  });
});

test('large packets that all get lost are the MTU, and break media only up to its size', () => {
  const upTo = (most: number) =>
    judge(
      measured((bytes) => (bytes > most ? 0 : 10)),
      URL,
    );
  expect(upTo(1000)).toMatchObject({
    verdict: 'fail',
    cause: expect.stringContaining('1200 bytes and more'),
  });
  expect(upTo(1200)).toMatchObject({ verdict: 'warn', fix: expect.stringContaining('mtu') });
});

test('loss at every size is the way, and no answer at all says nothing', () => {
  expect(
    judge(
      measured(() => 9),
      URL,
    ),
  ).toMatchObject({ verdict: 'warn', cause: expect.stringContaining('10 %') });
  expect(
    judge(
      measured(() => 0),
      URL,
    ),
  ).toMatchObject({ verdict: 'skip' });
});

test('requests have the length that they are said to have', async () => {
  const socket = createSocket('udp4');
  const lengths = new Set<number>();
  socket.on('message', (bytes, { port, address }) => {
    lengths.add(bytes.length);
    const mapped = [0x0020, Buffer.from([0, 1, 0, 0, 1, 2, 3, 4])] as const;
    socket.send(encode({ ...decode(bytes), class: CLASS.success, attributes: [mapped] }), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const server = { url: `turn:127.0.0.1:${port}`, host: '127.0.0.1', port, transport: 'udp' as const };
  const credentials = { username: 'u', password: 'p' };
  const seen = { relays: [{ server, credentials, isEphemeral: false, from: 'settings' as const }] };
  const found = await pathMtu.run(inside({}, { seen, signal: AbortSignal.timeout(30_000) }));
  socket.close();
  expect(found).toMatchObject({ evidence: expect.stringContaining('1400 bytes') });
  expect([...lengths].toSorted((a, b) => a - b)).toEqual([...SIZES]);
});
