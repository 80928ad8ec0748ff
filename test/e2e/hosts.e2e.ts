import { setTimeout as sleep } from 'node:timers/promises';
import { AgentDispatchClient } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import { expectNoGap, hum, longestGapMs } from './hearing.ts';
import { useStack } from './stack.ts';

const WARM_WITHIN_MS = 3000;
/** What was sent is heard that much later, at most. */
const JITTER_MS = 300;
const ANSWER_WITHIN_MS = 2000;
/** The voices beside the killed host are listened to so long after. */
const LISTEN_MS = 4000;

const stack = useStack({ env: { HOSTS: '2', SPARE_HOSTS: '1', WEB_ENABLED: 'false' } });

interface PlacedCall {
  guest: Guest;
  jobId: string;
  /** Process of the host that runs it. */
  pid: number;
}

/** A call, and where it runs. Its job id is in the agent's identity. */
async function placedCall(): Promise<PlacedCall> {
  const { callers, worker } = stack();
  const guest = await callers.call();
  const jobId = (guest.agents[0]?.identity ?? '').replace('agent-', '');
  const { pid } = await worker.logged('call started', { matches: ({ callId }) => callId === jobId });
  return { guest, jobId, pid: Number(pid) };
}

async function metric(name: string): Promise<number[]> {
  const { url } = await stack().worker.logged('health listening');
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').flatMap((line) => (line.startsWith(name) ? [Number(line.split(' ').at(-1))] : []));
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const hostsReady = async () => sum(await metric('voice_agent_host_ready{'));

/** Has the agents of these calls speak while something happens. @returns the longest time for which one was not heard, in ms. */
async function longestGapIn(calls: readonly PlacedCall[], happens: () => Promise<void>): Promise<number> {
  const askedAtMs = performance.now();
  await Promise.all(calls.map(({ guest }) => guest.sendChat('When are you open?')));
  // The question cuts off what is still being said.
  const answeredAtMs = askedAtMs + ANSWER_WITHIN_MS;
  await sleep(ANSWER_WITHIN_MS);
  const speech = calls.map(({ guest }) => guest.waitForSpeech({ afterMs: answeredAtMs, timeoutMs: 20_000 }));
  const startsMs = await Promise.all(speech);
  const beganMs = performance.now();
  await happens();
  await sleep(LISTEN_MS);
  const endMs = performance.now() - JITTER_MS;
  return Math.max(
    ...calls.map(({ guest }, at) => longestGapMs(guest.heard.between(startsMs[at] ?? beganMs, endMs))),
  );
}

test('the calls of a host process that is killed go on in others; those beside it do not notice, and a new one is warm', async () => {
  const { standIn, worker } = stack();
  standIn.answerSpeech(hum);
  const goneOn = async () =>
    sum(await metric('voice_agent_calls_broken_total{why="host",outcome="goes-on"}'));
  const crashed = async () => sum(await metric('voice_agent_host_ends_total{end="crashed"}'));
  const [goneOnBefore, crashedBefore] = [await goneOn(), await crashed()];
  await expect.poll(hostsReady, { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
  const calls: PlacedCall[] = [];
  for (let call = 0; call < 6; call += 1) calls.push(await placedCall());
  const [first] = calls;
  const [lost, others] = [
    calls.filter(({ pid }) => pid === first?.pid),
    calls.filter(({ pid }) => pid !== first?.pid),
  ];
  expect([lost.length, others.length]).toEqual([3, 3]);
  await expect.poll(hostsReady, { timeout: 60_000 }).toBe(3);

  const whileAnotherStarts = await longestGapIn(others, async () => {
    const another = stack().startProgram('start', { AGENT_NAME: 'another' });
    await another.logged('host process ready');
    await another.stop();
  });
  const whileKilled = await longestGapIn(others, async () => {
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await expect.poll(crashed).toBe(crashedBefore + 1);
    await expect.poll(hostsReady, { timeout: WARM_WITHIN_MS }).toBeGreaterThanOrEqual(2);
    const gone = ({ jobId }: PlacedCall) =>
      worker.logged('call goes on', { matches: ({ callId }) => callId === jobId });
    await Promise.all(lost.map(gone));
  });
  expectNoGap('beside the killed host', whileKilled, whileAnotherStarts);
  expect(others.map(({ guest }) => guest.agents.length)).toEqual([1, 1, 1]);
  expect((await goneOn()) - goneOnBefore).toBe(3);
  expect(await metric('voice_agent_calls_active')).toEqual([6]);
});

test('a dispatch that is deleted ends its call', async () => {
  const { callers, livekit, worker } = stack();
  const guest = await callers.call({ room: 'deleted' });
  const client = new AgentDispatchClient(livekit.url, livekit.apiKey, livekit.apiSecret);
  const [dispatch] = await client.listDispatch('deleted');
  await client.deleteDispatch(dispatch?.id ?? '', 'deleted');
  const jobId = guest.agents[0]?.identity.replace('agent-', '');
  const ended = await worker.logged('call over', {
    matches: (line) => line.callId === jobId,
    timeoutMs: 20_000,
  });
  expect(ended.reason).toBeTruthy();
});
