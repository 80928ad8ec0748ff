import { ParticipantPermission } from '@livekit/protocol';
import { TokenVerifier } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { agentUrl, type FromLiveKit, openAgentSocket } from '../../src/dispatch/agent-socket.ts';
import { registration, workerStatus } from '../../src/dispatch/worker-messages.ts';
import { configFrom } from '../helpers/config.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { perTest } from '../helpers/per-test.ts';
import { startScriptedLiveKit } from '../helpers/scripted-livekit.ts';

const livekit = perTest(startScriptedLiveKit, (made) => made.close());
const { agent } = configFrom({ AGENT_NAME: 'helper', AGENT_DEPLOYMENT: 'green' });
const status = workerStatus({ isOpen: true, isWarm: true, load: 0.65, calls: 3 });

function open(url = livekit.url) {
  const clock = manualClock();
  const log = keptLog();
  const messages: FromLiveKit[] = [];
  const socket = openAgentSocket({
    ...{ url, apiKey: 'devkey', apiSecret: 'secret', agent: undefined, clock, log },
    greeting: () => [registration(agent), status],
    onMessage: (message) => messages.push(message),
  });
  return { socket, clock, log, messages };
}

test('it registers by name, deployment, version and permissions, with its load right behind', async () => {
  const { socket } = open();
  expect((await socket).workerId).toBe('AW_1');
  await livekit.until(() => livekit.heard[1]);
  expect(livekit.heard[0]?.register).toMatchObject({
    agentName: 'helper',
    deployment: 'green',
    version: expect.stringMatching(/^\d/),
    allowedPermissions: { canPublish: true, canSubscribe: true, agent: true },
  });
  expect(new ParticipantPermission(livekit.heard[0]?.register?.allowedPermissions ?? {}).hidden).toBe(false);
  expect(livekit.heard[1]?.updateWorker).toMatchObject({ status: 'WS_AVAILABLE', jobCount: 3 });
  expect(livekit.heard[1]?.updateWorker?.load).toBeCloseTo(0.65);
  const [{ path, authorization } = { path: '', authorization: '' }] = livekit.asked;
  expect(path).toBe('/agent');
  const token = authorization?.replace('Bearer ', '') ?? '';
  expect((await new TokenVerifier('devkey', 'secret').verify(token)).video).toEqual({ agent: true });
});

test.each([
  ['ws://host:7880', 'ws://host:7880/agent'],
  ['http://host:7880/', 'ws://host:7880/agent'],
  ['https://host/livekit', 'wss://host/livekit/agent'],
  ['wss://host/livekit/', 'wss://host/livekit/agent'],
])('the endpoint of %s is %s', (url, endpoint) => {
  expect(agentUrl(url)).toBe(endpoint);
});

test.each([
  ['invalid API key', 'LIVEKIT_API_KEY'],
  ['invalid authorization token: go-jose/go-jose: error in cryptographic primitive', 'LIVEKIT_API_SECRET'],
  ['invalid authorization token: token is expired (exp)', 'clocks'],
  ['permissions denied', 'may not register agents'],
])('a refusal for «%s» says that it is %s', async (text, named) => {
  livekit.mode = { status: 401, text };
  await expect(open().socket).rejects.toThrow(named);
  await expect(open().socket).rejects.not.toThrow(text);
});

test('an answer that is no WebSocket names LIVEKIT_URL', async () => {
  livekit.mode = { status: 404, text: 'not here' };
  await expect(open().socket).rejects.toMatchObject({ hint: expect.stringContaining('LIVEKIT_URL') });
});

test('a server that does not answer `register` is given up after 10 s', async () => {
  livekit.mode = 'silent';
  const { socket, clock } = open();
  await livekit.until(() => livekit.heard[0]);
  clock.advance(10_000);
  await expect(socket).rejects.toThrow('within 10 s');
});

test('after 25 s without a word or ping from the server the connection is over', async () => {
  const { socket, clock } = open();
  const { closed } = await socket;
  clock.advance(24_000);
  await livekit.ping();
  clock.advance(24_000);
  expect(await Promise.race([closed, 'open'])).toBe('open');
  clock.advance(1000);
  expect(await closed).toContain('25 s');
});

test('messages that cannot be read are logged once, and the next one is heard', async () => {
  const { socket, log, messages } = open();
  const { closed } = await socket;
  livekit.sayBytes(new Uint8Array([255, 255, 255]));
  livekit.sayBytes(new Uint8Array([0xca, 0x3e, 0]));
  livekit.sayBytes('{"register": {}}');
  livekit.say({ case: 'termination', value: { jobId: 'AJ_1' } });
  await expect.poll(() => messages.map((message) => message.case)).toEqual(['termination']);
  expect(log.lines.filter(({ msg }) => msg.includes('not known here'))).toHaveLength(1);
  livekit.drop();
  expect(await closed).toContain('1006');
});
