import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import type { Result } from '../../src/doctor/check.ts';
import { PAGE_TOKEN } from './callers.ts';
import { type RelayedLiveKit, startRelayedLiveKit } from './relayed-livekit.ts';
import { useStack } from './stack.ts';

const BUNDLE = join(import.meta.dirname, '../../src/dev/bundle-check.mjs');
const PROGRAM = 'voice-agent-check.mjs';

let relayed: RelayedLiveKit;
const stack = useStack({
  livekit: async () => {
    relayed = await startRelayedLiveKit();
    return relayed;
  },
});

/** Holds the program and nothing else. */
let folder: string;
beforeAll(async () => {
  const built = await mkdtemp(join(tmpdir(), 'voice-agent-bundle-'));
  await promisify(execFile)(process.execPath, [BUNDLE, built]);
  folder = await mkdtemp(join(tmpdir(), 'voice-agent-empty-'));
  await copyFile(join(built, 'web/download', PROGRAM), join(folder, PROGRAM));
  await writeFile(join(folder, 'credential'), `${PAGE_TOKEN}\n`);
  await rm(built, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(pageUrl: string, ...more: string[]) {
  const lines: string[] = [];
  const child = startChild({
    command: process.execPath,
    args: [PROGRAM, '--page', pageUrl, '--credential-file', 'credential', '--json', ...more],
    env: { PATH: processSources().env.PATH, NODE_EXTRA_CA_CERTS: relayed.caFile },
    cwd: folder,
    onLine: (line) => lines.push(line),
  });
  return { child, output: () => lines.join('\n') };
}

async function check(...more: string[]): Promise<{ results: Result[]; output: string; code: number | null }> {
  const { child, output } = start(await stack().pageUrl(), ...more);
  const { code } = await child.exited;
  const { checks }: { checks: Result[] } = JSON.parse(output());
  return { results: checks, output: output(), code: code ?? null };
}

const rooms = () =>
  new RoomServiceClient(stack().livekit.url, stack().livekit.apiKey, stack().livekit.apiSecret);
const present = async () => {
  const all = await rooms().listRooms();
  return all.reduce((sum, { numParticipants }) => sum + numParticipants, 0);
};
async function metrics(): Promise<string> {
  const { url } = await stack().worker.logged('health listening');
  return (await fetch(`${url}/metrics`)).text();
}
const countedCalls = async () =>
  (await metrics())
    .split('\n')
    .filter((line) => /^voice_agent_(calls?|turns?)\w*_(total|count)\b.* [1-9]/.test(line));

test('from an empty folder: every hop to the answer of the agent, each way through the relay', async () => {
  stack().standIn.control({
    stt: { always: 'Is my plan active?' },
    llm: { always: 'Yes, it is active until March.' },
  });
  const { results, output, code } = await check();
  expect(
    results.map(({ id, verdict }) => `${id} ${verdict}`),
    output,
  ).toEqual([
    ...['page ok', 'page-token ok', 'dns ok', 'signal-tcp ok', 'signal-tls skip', 'signal-ws ok'],
    ...['signal-token ok', 'ice-servers ok', 'turn-udp ok', 'turn-tcp ok', 'turn-tls ok'],
    ...['join-relay-udp ok', 'join-relay-tcp ok', 'join-relay-tls ok', 'relay-loss ok', 'conversation ok'],
  ]);
  expect(code).toBe(0);
  const of = (id: string) => results.find((result) => result.id === id)?.evidence;
  expect(of('join-relay-udp')).toMatch(/127\.0\.0\.1:\d+ on the relay to 127\.0\.0\.1:\d+ of LiveKit/);
  expect(of('relay-loss')).toMatch(/^100 bytes: 0 of 25 lost.*\n(.*\n)*1400 bytes: 0 of 25 lost/);
  expect(of('conversation')).toMatch(/answer heard \d+ ms after the last word\n.*stt \d+ .*llmTtft \d+/);
  expect(output).not.toMatch(new RegExp(`${PAGE_TOKEN}|password-of-the-relay|eyJ|web-[0-9a-f]{12}`));
  await vi.waitFor(async () => expect(await present()).toBe(0), 10_000);
  expect(await countedCalls()).toEqual([]);
});

test('interrupted, it leaves nobody behind', async () => {
  await vi.waitFor(async () => expect(await present()).toBe(0), 10_000);
  const { child, output } = start(await stack().pageUrl());
  await vi.waitFor(async () => expect(await present()).toBeGreaterThan(1), { timeout: 20_000, interval: 50 });
  process.kill(child.pid ?? 0, 'SIGINT');
  const { code } = await child.exited;
  expect(code, output()).toBe(130);
  await vi.waitFor(async () => expect(await present()).toBe(0), 5000);
});
