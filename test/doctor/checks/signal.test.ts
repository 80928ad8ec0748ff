import { expect, test } from 'vitest';
import { signal } from '../../../src/doctor/checks/signal.ts';
import { useEndpointServer } from '../../helpers/endpoint-server.ts';
import { inside } from '../../helpers/inside.ts';

const LIST_ROOMS = 'POST /twirp/livekit.RoomService/ListRooms';
const server = useEndpointServer();
const run = (url = server.origin) => signal.run(inside({ LIVEKIT_URL: url }));

test('a server that takes the key says how many rooms there are', async () => {
  server.on(LIST_ROOMS, ({ reply }) => reply(200, { rooms: [{ sid: 'RM_1', name: 'a' }] }));
  expect(await run()).toBe(`${server.origin}, 1 room(s)`);
});

test('a refused key is named as such, with the two settings to compare', async () => {
  server.on(LIST_ROOMS, ({ reply }) => reply(401, { code: 'unauthenticated', msg: 'invalid token' }));
  await expect(run()).rejects.toMatchObject({
    message: `${server.origin}: the key or the secret is refused`,
    hint: expect.stringContaining('LIVEKIT_API_SECRET'),
  });
});

test('a server that is not there is told from one that refuses', async () => {
  await expect(run('http://127.0.0.1:9')).rejects.toMatchObject({
    hint: expect.stringContaining('LIVEKIT_URL'),
  });
});
