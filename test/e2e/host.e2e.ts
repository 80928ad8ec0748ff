import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LiveKit, startLiveKit } from '../../src/dev/livekit.ts';
import { disposeRtc } from '../../src/framework/dispose-rtc.ts';
import type { Guest } from '../../src/probe/guest.ts';
import { type StandIn, startStandIn } from '../../src/standin/server.ts';
import { type Callers, createCallers } from './callers.ts';
import { expectNoGap, hum, longestGapMs } from './hearing.ts';
import type { Held } from './host-preload.ts';
import { type HostProcess, startHost } from './host-process.ts';

const GREETING = 'Hello, this is the help desk of the end-to-end tests.';
const PRELOAD = new URL('host-preload.ts', import.meta.url);
/** What undici keeps a connection for, that nobody uses: 4 s. */
const KEPT_ALIVE_MS = 5500;
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
  standIn.answerSpeech(undefined);
  await Promise.all(hosts.map((host) => host.stop()));
  hosts = [];
});
afterAll(async () => {
  await Promise.all([livekit?.close(), standIn?.close()]);
  await rm(dir, { recursive: true, force: true });
  await disposeRtc();
});

function host(env: Record<string, string> = {}, preload?: URL): HostProcess {
  const settings = {
    ...{ OPENAI_BASE_URL: standIn.baseUrl, OPENAI_API_KEY: 'stand-in', NODE_ENV: 'production' },
    ...{ PROMPTS_DIR: dir, TMPDIR: dir, LOG_LEVEL: 'debug', WEB_ENABLED: 'false' },
  };
  const started = startHost(livekit, { env: { ...settings, ...env }, ...(preload && { preload }) });
  hosts.push(started);
  return started;
}

let roomsSoFar = 0;

/** Callers in new rooms whose names end like this, each with an agent of this host: a room of before may still be closing. */
async function calls(host: HostProcess, endings: readonly string[]) {
  return Promise.all(
    endings.map(async (ending) => {
      roomsSoFar += 1;
      const room = `${roomsSoFar}${ending}`;
      const guest = await callers.join({ room, agentName: '' });
      return { room, guest, jobId: await host.join(room) };
    }),
  );
}

test('one process greets two callers, each line of its log names its call, and it drains', async () => {
  const process = host();
  await process.told('ready');
  const [first, second] = await calls(process, ['a', 'b']);
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

/** When the agents of all these calls have begun to speak: what begins takes most of a processor. */
async function allSpeakMs(calls: readonly { guest: Guest }[]): Promise<number> {
  const speech = calls.map(({ guest }) => guest.waitForSpeech({ afterMs: 0, timeoutMs: 20_000 }));
  return Math.max(...(await Promise.all(speech)));
}

/** The longest time in ms for which one of these agents was not heard, of those who speak from one moment until after another. */
async function longestGapIn(calls: readonly { guest: Guest }[], fromMs: number, momentMs: number) {
  const gapsMs = calls.map(async ({ guest }) => {
    const endMs = await guest.waitForSilence({ afterMs: momentMs, timeoutMs: 30_000 });
    expect(endMs, 'the agent spoke all the while').toBeGreaterThan(momentMs + 1000);
    return longestGapMs(guest.heard.between(fromMs, endMs));
  });
  return Math.max(...(await Promise.all(gapsMs)));
}

test('a call that throws in a timer, in a listener or in a stage ends alone: the others hear no gap', async () => {
  standIn.answerSpeech(hum);
  const process = host({}, PRELOAD);
  await process.told('ready');
  // What six calls make of each other here, without any fault.
  const six = await calls(process, ['a', 'b', 'c', 'd', 'e', 'f']);
  const withoutFaultMs = await longestGapIn(six.slice(0, 3), await allSpeakMs(six), performance.now());
  for (const { guest } of six) await guest.leave();
  for (const { jobId } of six) await process.told('call-ended', (end) => end.jobId === jobId);

  const mixed = await calls(process, ['a', 'b', 'c', 'd-timer', 'e-stage', 'f-listener']);
  const fromMs = await allSpeakMs(mixed);
  const failing = mixed.filter(({ room }) => room.includes('-'));
  for (const { jobId } of failing) {
    expect(await process.told('call-ended', (end) => end.jobId === jobId)).toMatchObject({ ok: false });
  }
  const others = mixed.filter(({ room }) => !room.includes('-'));
  const besideMs = await longestGapIn(others, fromMs, performance.now());
  expectNoGap('beside calls that failed', besideMs, withoutFaultMs);
  expect(process.messages.filter(({ kind }) => kind === 'unfit')).toHaveLength(1);
  const named = process.log.filter(({ msg }) => msg === 'a fault of this call: it ends');
  expect(new Set(named.map(({ callId }) => callId))).toEqual(new Set(failing.map(({ jobId }) => jobId)));
});

test('nothing of a call stays in the process: sockets, threads, timers, listeners', async () => {
  const process = host({}, PRELOAD);
  await process.told('ready');
  const shortCalls = async () => {
    const some = await calls(process, ['a', 'b', 'c']);
    for (const { guest } of some) await guest.waitForSpeech({ afterMs: 0, timeoutMs: 20_000 });
    const [left, removed, hungUp] = some;
    await left?.guest.leave();
    process.send({ kind: 'end-call', jobId: removed?.jobId ?? '', reason: 'removed' });
    await hungUp?.guest.sendCommand('hang-up');
    for (const { jobId } of some) await process.told('call-ended', (end) => end.jobId === jobId);
    // Connections to the models are kept for the next call, for so long.
    await new Promise((resolve) => setTimeout(resolve, KEPT_ALIVE_MS));
    return process.held();
  };
  // What is made once, such as the native client's threads, is made for the first.
  const first = await shortCalls();
  const second = await shortCalls();
  expect(second.resources).toEqual(first.resources);
  expect(second.ffiListeners).toBe(0);
  // Tokio starts more for a while where those that it has are busy.
  const known = ({ 'tokio-rt-worker': _, ...others }: Held['threads']) => others;
  expect(known(second.threads)).toEqual(known(first.threads));
  expect(second.threads).not.toHaveProperty('AudioSourceCapt');
  expect(second.files).toBeLessThanOrEqual(first.files);
});
