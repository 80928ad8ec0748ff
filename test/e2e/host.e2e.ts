import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LiveKit, startLiveKit } from '../../src/dev/livekit.ts';
import { type StandIn, startStandIn } from '../../src/standin/server.ts';
import { type Callers, createCallers } from './callers.ts';
import { type HostProcess, startHost } from './host-process.ts';

const GREETING = 'Hello, this is the help desk of the end-to-end tests.';
const PROMPT = `---\ngreeting: ${GREETING}\n---\nYou are an agent.`;

let dir: string;
let livekit: LiveKit;
let standIn: StandIn;
let callers: Callers;
let hosts: HostProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-host-'));
  await writeFile(join(dir, 'default.md'), PROMPT);
  [livekit, standIn] = await Promise.all([startLiveKit(), startStandIn()]);
  callers = createCallers(livekit);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail')
    for (const part of [callers, ...hosts]) process.stderr.write(`${part.describe()}\n`);
  await callers.leave();
  await Promise.all(hosts.map((host) => host.stop()));
  hosts = [];
});
afterAll(async () => {
  await Promise.all([livekit?.close(), standIn?.close()]);
  await rm(dir, { recursive: true, force: true });
  await dispose();
});

function host(env: Record<string, string> = {}): HostProcess {
  const settings = {
    ...{ OPENAI_BASE_URL: standIn.baseUrl, OPENAI_API_KEY: 'stand-in', NODE_ENV: 'production' },
    ...{ PROMPTS_DIR: dir, TMPDIR: dir, LOG_LEVEL: 'debug', WEB_ENABLED: 'false' },
  };
  const started = startHost(livekit, { env: { ...settings, ...env } });
  hosts.push(started);
  return started;
}

/** Callers in rooms of their own, each with an agent of this host. */
async function calls(host: HostProcess, count: number) {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const room = `host-${index}`;
      const guest = await callers.join({ room, agentName: '' });
      return { guest, jobId: await host.join(room) };
    }),
  );
}

test('one process greets two callers, each line of its log names its call, and it drains', async () => {
  const process = host();
  await process.told('ready');
  const [first, second] = await calls(process, 2);
  for (const call of [first, second]) {
    await process.told('call-joined', ({ jobId }) => jobId === call?.jobId);
    await call?.guest.waitForSpeech({ afterMs: 0, timeoutMs: 20_000 });
  }
  process.send({ kind: 'ping', id: 7 });
  expect(await process.told('pong')).toMatchObject({ id: 7, rssMb: expect.any(Number) });
  process.send({ kind: 'drain' });
  await first?.guest.leave();
  await process.told('call-ended', ({ jobId }) => jobId === first?.jobId);
  const isFramework = ({ from, msg }: { from?: unknown; msg: string }) => from === 'livekit' && msg !== '';
  const unnamed = process.log.filter((line) => isFramework(line) && line.callId === undefined);
  expect(unnamed.map(({ msg }) => msg)).toEqual([]);
  await second?.guest.leave();
  expect(await process.told('call-ended', ({ jobId }) => jobId === second?.jobId)).toMatchObject({
    ok: true,
  });
});
