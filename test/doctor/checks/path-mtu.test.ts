import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { pathMtu } from '../../../src/doctor/checks/path-mtu.ts';
import { SIZES } from '../../../src/doctor/sizes.ts';
import { CLASS, decode, encode } from '../../../src/stun/message.ts';
import { inside } from '../../helpers/inside.ts';

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
