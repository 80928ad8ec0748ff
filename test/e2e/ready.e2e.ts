import { setTimeout as sleep } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, startChild } from '../../src/dev/child.ts';
import { isLiveKit, livekitPorts, livekitUrl } from '../../src/dev/livekit.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { livekitConfig } from '../../src/dev/livekit-config.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { type ForwardProxy, startForwardProxy } from './forward-proxy.ts';
import { answerAfter, expectHeard } from './hearing.ts';
import { useStack } from './stack.ts';
import type { WorkerProcess } from './worker.ts';

const ANSWER = 'Our shops are open every day from nine to five.';
const READY_WITHIN_MS = 60_000;

const stack = useStack({ worker: false, env: { WEB_ENABLED: 'false' } });

let worker: WorkerProcess | undefined;
let readyUrl: string;
let healthPort: string;
beforeEach(async () => {
  healthPort = String(await freeTcpPort());
  readyUrl = `http://127.0.0.1:${healthPort}/readyz`;
});
let proxy: ForwardProxy | undefined;
afterEach(async () => {
  await worker?.stop();
  proxy?.close();
});

const start = (env: Record<string, string>) => {
  worker = stack().startProgram('start', { HEALTH_PORT: healthPort, ...env });
  return worker;
};

interface Readiness {
  ready: boolean;
  reasons: string[];
}

async function untilReadiness(fits: (seen: Readiness) => boolean): Promise<Readiness> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  let seen: Readiness | undefined;
  while (performance.now() < deadlineMs) {
    seen = await fetch(readyUrl).then(
      (answer) => answer.json() as Promise<Readiness>,
      () => undefined,
    );
    if (seen && fits(seen)) return seen;
    await sleep(200);
  }
  throw new Error(`/readyz still says ${JSON.stringify(seen)}`);
}

const isReady = ({ ready }: Readiness) => ready;

async function expectAnsweredCall(agentName: string): Promise<void> {
  const { callers, standIn } = stack();
  standIn.control({ llm: { always: ANSWER } });
  const caller = await callers.call({ agentName });
  const askedAtMs = performance.now();
  await caller.sendChat('When are you open?');
  await expectHeard(standIn, await answerAfter(caller, askedAtMs), [ANSWER]);
}

test('what NO_PROXY exempts goes past a proxy, in every part; no check leaves a room or an agent behind', async () => {
  proxy = await startForwardProxy({ refuses: true });
  const env = {
    // Without a name a worker is asked into every room, that of the check too.
    AGENT_NAME: '',
    HTTP_PROXY: proxy.url,
    https_proxy: proxy.url,
    NO_PROXY: '127.0.0.0/8',
  };
  const direct = start(env);
  await untilReadiness(isReady);
  const { url, apiKey, apiSecret } = stack().livekit;
  expect(await new RoomServiceClient(url, apiKey, apiSecret).listRooms()).toEqual([]);
  await expectAnsweredCall('');
  expect(proxy.asked).toEqual([]);
  const offered = direct.log.filter(({ msg }) => /^job (accepted|refused)/.test(msg));
  expect(offered.map(({ msg }) => msg)).toEqual(['job accepted']);
});

test('through a proxy that works a call works: signalling by tunnel, models by request', async () => {
  proxy = await startForwardProxy();
  start({ AGENT_NAME: 'proxied', http_proxy: proxy.url });
  await untilReadiness(isReady);
  await expectAnsweredCall('proxied');
  const { livekit, standIn } = stack();
  const count = (begin: string) => proxy?.asked.filter((line) => line.startsWith(begin)).length;
  // The worker, the check and the call.
  expect(count(`CONNECT ${new URL(livekit.url).host}`)).toBeGreaterThanOrEqual(3);
  expect(count(`POST ${standIn.baseUrl}/chat/completions`)).toBe(1);
  expect(count(`POST ${standIn.baseUrl}/audio/speech`)).toBeGreaterThan(0);
});

test('behind a proxy that is not there a worker is not ready, and names it', async () => {
  const dead = `http://127.0.0.1:${await freeTcpPort()}`;
  start({ AGENT_NAME: 'cut-off', HTTP_PROXY: dead });
  const { reasons } = await untilReadiness(({ reasons }) => reasons.some((reason) => reason.includes(dead)));
  expect(reasons).toContain('not registered with LiveKit');
  expect(reasons.join()).toMatch(/media: .*NO_PROXY/);
});

test('a LiveKit whose media cannot be reached leaves a worker unready, with the reason, until it can', {
  timeout: 120_000,
}, async () => {
  const ports = await livekitPorts();
  // With the keys that the stack's programs have.
  const { apiKey, apiSecret } = stack().livekit;
  const config = livekitConfig({ ...ports, apiKey, apiSecret });
  const withoutTurn = { ...config, turn: { enabled: false } };
  let livekit = await launch(withoutTurn, livekitUrl(ports));
  start({ AGENT_NAME: 'relayed', RTC_ICE_TRANSPORT: 'relay', LIVEKIT_URL: livekitUrl(ports) });
  const { reasons } = await untilReadiness(({ reasons }) =>
    reasons.some((one) => one.includes('no media path')),
  );
  expect(reasons.join()).not.toContain('not registered');
  await livekit.stop();
  livekit = await launch(config, livekitUrl(ports));
  await untilReadiness(isReady);
  await livekit.stop();
});

async function launch(config: object, url: string): Promise<Child> {
  const { command, args } = await findLiveKitBinary();
  const child = startChild({ command, args, env: { LIVEKIT_CONFIG: JSON.stringify(config) }, graceMs: 500 });
  while (!(await isLiveKit(url))) await sleep(50);
  return child;
}
