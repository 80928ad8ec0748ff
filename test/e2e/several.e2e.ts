import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Child, startChild } from '../../src/dev/child.ts';
import { isLiveKit, livekitPorts, livekitUrl } from '../../src/dev/livekit.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { livekitConfig } from '../../src/dev/livekit-config.ts';
import type { Guest } from '../../src/probe/guest.ts';
import { type Callers, createCallers, hasState } from './callers.ts';
import { type Redis, startRedis } from './redis.ts';
import { useStack } from './stack.ts';
import type { WorkerProcess } from './worker.ts';

const stack = useStack({
  worker: false,
  env: { WEB_ENABLED: 'false', HOSTS: '1', SPARE_HOSTS: '0', MAX_CALLS: '2' },
});

interface Node {
  url: string;
  callers: Callers;
  process: Child;
}

let dir: string;
let redis: Redis;
let nodes: Node[];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-redis-'));
  redis = await startRedis(dir);
  nodes = [await startNode(), await startNode()];
});
afterAll(async () => {
  await Promise.all(nodes.map(({ callers }) => callers.leave()));
  await Promise.all(nodes.map(({ process }) => process.stop()));
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

/** One of several livekit-servers that share their rooms over Redis, with the keys of the stack. */
async function startNode(): Promise<Node> {
  const ports = await livekitPorts();
  const { apiKey, apiSecret } = stack().livekit;
  const config = {
    ...livekitConfig({ ...ports, apiKey, apiSecret }),
    redis: { address: redis.address },
  };
  const { command, args } = await findLiveKitBinary();
  const env = { LIVEKIT_CONFIG: JSON.stringify(config) };
  const process = startChild({ command, args, env, graceMs: 500 });
  const url = livekitUrl(ports);
  while (!(await isLiveKit(url))) await new Promise((resolve) => setTimeout(resolve, 50));
  return { url, process, callers: createCallers({ url, apiKey, apiSecret }) };
}

const startWorker = (url: string, agentName: string): WorkerProcess =>
  stack().startProgram('start', { LIVEKIT_URL: url, AGENT_NAME: agentName });

const jobs = ({ log }: WorkerProcess): number => log.filter(({ msg }) => msg === 'job accepted').length;

test('two workers of one name on two servers share the calls of both, and the one that stays takes what the other leaves', {
  timeout: 150_000,
}, async () => {
  const [one, two] = nodes as [Node, Node];
  const workers = [startWorker(one.url, 'shared'), startWorker(two.url, 'shared')] as const;
  await Promise.all(workers.map((worker) => worker.logged('host process ready')));
  await Promise.all(workers.map((worker) => worker.logged('worker registered')));
  const guests: Guest[] = [];
  for (const [index, { callers }] of [one, two, one, two].entries())
    guests.push(await callers.call({ agentName: 'shared', room: `shared-${index}` }));
  expect(guests.map(({ agents }) => agents.length)).toEqual([1, 1, 1, 1]);
  expect(workers.map(jobs)).toEqual([2, 2]);

  await Promise.all(guests.map((guest) => guest.leave()));
  await Promise.all(
    workers.map((worker) =>
      worker.until(
        'its calls to be over',
        () => worker.log.filter(({ msg }) => msg === 'call over').length === 2,
        30_000,
      ),
    ),
  );
  await workers[0].stop();
  const late = await one.callers.join({ agentName: 'shared', room: 'late' });
  await late.until('an agent of the other worker', () => hasState(late, 'listening'), 30_000);
  expect(workers.map(jobs)).toEqual([2, 3]);
});
