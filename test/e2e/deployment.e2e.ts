import { randomUUID } from 'node:crypto';
import { AccessToken, RoomAgentDispatch, RoomConfiguration } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { AGENT_NAME, hasState } from './callers.ts';
import { useStack } from './stack.ts';
import type { WorkerProcess } from './worker.ts';

const stack = useStack({
  env: { WEB_ENABLED: 'false', HOSTS: '1', SPARE_HOSTS: '0', MAX_CALLS: '4' },
  prompts: { default: 'You are the default.', phone: 'You answer {{name | someone}} on the phone.' },
});

/** A caller of a new room whose token dispatches the agent as LiveKit's API allows it. */
async function callBy(dispatch: ConstructorParameters<typeof RoomAgentDispatch>[0]) {
  const { livekit, callers } = stack();
  const room = `room-${randomUUID()}`;
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity: `caller-of-${room}` });
  token.addGrant({ roomJoin: true, room });
  token.roomConfig = new RoomConfiguration({
    agents: [new RoomAgentDispatch({ agentName: AGENT_NAME, ...dispatch })],
  });
  const guest = await callers.joinWith(await token.toJwt());
  await guest.until('an agent that listens', () => hasState(guest, 'listening'), 40_000);
  return guest;
}

const accepted = ({ log }: WorkerProcess) => log.filter(({ msg }) => msg === 'job accepted').length;

test('a second deployment of the same agent gets the calls that name it, and attributes choose the prompt', async () => {
  const green = stack().startProgram('start', { AGENT_DEPLOYMENT: 'green' });
  await Promise.all([stack().worker, green].map((worker) => worker.logged('host process ready')));
  await green.logged('worker registered');
  const attributes = { prompt: 'phone', name: 'Aisyah' };
  const toGreen = await callBy({ deployment: 'green', attributes });
  expect([accepted(stack().worker), accepted(green)]).toEqual([0, 1]);
  expect(toGreen.agents[0]?.attributes['voice-agent.prompt']).toBe('phone');
  const toMain = await callBy({});
  expect([accepted(stack().worker), accepted(green)]).toEqual([1, 1]);
  expect(toMain.agents[0]?.attributes['voice-agent.prompt']).toBe('default');
});
