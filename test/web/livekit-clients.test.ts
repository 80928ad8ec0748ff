import { expect, test } from 'vitest';
import { createLiveKitClients } from '../../src/web/livekit-clients.ts';
import { configFrom } from '../helpers/config.ts';
import { endpointServer } from '../helpers/endpoint-server.ts';

test('no connection is kept: a new request finds the pod that new callers find', async () => {
  const server = await endpointServer();
  const answer = (path: string, body: object) =>
    server.on(`POST /twirp/livekit.${path}`, ({ reply }) => reply(200, body));
  answer('RoomService/ListParticipants', { participants: [] });
  answer('AgentDispatchService/ListDispatch', { agentDispatches: [] });
  const { livekit } = configFrom({ LIVEKIT_URL: server.origin.replace('http', 'ws') });
  const { rooms, dispatches } = createLiveKitClients(livekit);
  for (const _ of [1, 2]) {
    expect(await rooms.listParticipants('one')).toEqual([]);
    expect(await dispatches.listDispatch('one')).toEqual([]);
  }
  expect(server.requests.map(({ headers }) => headers.connection)).toEqual(Array(4).fill('close'));
  await server.close();
});
