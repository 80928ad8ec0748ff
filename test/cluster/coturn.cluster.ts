import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { joined, silence } from '../../src/probe/wav.ts';
import { ephemeralCredentials } from '../../src/stun/credentials.ts';
import { RESULTS, useBrowser } from '../e2e/browser.ts';
import { utterance } from '../e2e/utterance.ts';
import { NAMESPACE } from './control-plane.ts';
import { ANSWER, QUESTION } from './edge/cce.ts';
import type { Client } from './edge/client.ts';
import { browserIn, HOST } from './edge/edge.ts';
import { joinFrom } from './edge/guest.ts';
import { expectNoPivot } from './edge/pivot.ts';
import { echoBeside, openRelay } from './edge/relay.ts';
import { mustDeploy, RELEASE, uninstall } from './helm-release.ts';
import { noteTime } from './notes.ts';
import { podOf, processOf, readIn, rolledOut } from './pods.ts';
import { startWorld, type World } from './world.ts';

// coturn in STUNner's place, with a TLS door. The load balancer's 443 is the gateway's here, so TURN over TLS has 5349.

const TLS_PORT = 5349;
const DOORS = {
  udp: { host: HOST, port: 3478, transport: 'udp' },
  tcp: { host: HOST, port: 3478, transport: 'tcp' },
  tls: { host: HOST, port: TLS_PORT, transport: 'tls' },
} as const;
const PLAIN_DOORS = [
  { protocol: 'udp', port: 3478 },
  { protocol: 'tcp', port: 3478 },
] as const;

let world: World;
/** Where a firewall lets only TLS through. */
let desk: Client;
beforeAll(async () => {
  world = await startWorld();
  const { api, edge } = world;
  const { key, cert } = edge.certificate;
  await api.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
    metadata: { name: 'turn-tls' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.key': key, 'tls.crt': cert },
  });
  const startedMs = performance.now();
  await mustDeploy(api, 'install', {
    files: ['ci/coturn-values.yaml'],
    values: {
      turn: { host: HOST, tlsPort: TLS_PORT },
      livekit: { config: { logging: { level: 'debug' } } },
      route: {
        enabled: true,
        host: HOST,
        parentRefs: [{ name: 'envoy', namespace: 'envoy-gateway-system' }],
      },
      agent: { config: { openai: { baseUrl: edge.models.baseUrl }, agent: { overloadAt: 1 } } },
    },
  });
  await rolledOut(api);
  noteTime('helm install with coturn', performance.now() - startedMs);
  desk = await edge.createClient();
  await desk.block(...PLAIN_DOORS);
  edge.models.answerTranscription(() => QUESTION);
  edge.models.control({ llm: { rules: [{ match: 'data plan', answer: ANSWER }] } });
});
afterAll(async () => {
  if (world) await uninstall(world.api);
  await world?.stop();
});

async function secretOf(name: string, key: string): Promise<string> {
  const path = `/api/v1/namespaces/${NAMESPACE}/secrets/${name}`;
  const secret = await world.api.get<{ data: Record<string, string> }>(path);
  return Buffer.from(secret?.data[key] ?? '', 'base64').toString();
}

/** A TURN client far away, with credentials as every caller gets them. */
async function open(door: keyof typeof DOORS) {
  const secret = await secretOf(`${RELEASE}-turn`, 'secret');
  const credentials = ephemeralCredentials(secret, { user: 'caller', ttlMs: 3_600_000, nowMs: Date.now() });
  const client = await world.edge.createClient();
  return openRelay(client, { door: DOORS[door], credentials }, world.edge.certificate.caFile);
}

describe.each(['udp', 'tcp', 'tls'] as const)('coturn over %s', (door) => {
  test('relays to LiveKit', async () => {
    const livekit = await podOf(world.api, 'livekit');
    const ip = livekit.status.podIP ?? '';
    const endEcho = await echoBeside(processOf(livekit).pid, ip, [59_999]);
    const relay = await open(door);
    expect(await relay.allocate()).toBe('allowed');
    expect(await relay.permit(ip)).toBe('allowed');
    expect(await relay.echo(ip, 59_999)).toBe(true);
    relay.close();
    endEcho();
  });

  test('leads nowhere else', () => expectNoPivot(() => open(door)));
});

test('coturn can read its secret, and others cannot', async () => {
  const pod = await podOf(world.api, 'coturn');
  expect(readIn(pod, '/tmp/turnserver.conf')).toContain(await secretOf(`${RELEASE}-turn`, 'secret'));
  expect(JSON.stringify(pod.spec)).not.toContain(await secretOf(`${RELEASE}-turn`, 'secret'));
});

test('every hop inside works', async () => {
  const { output } = await world.api.helm(['test', RELEASE, '--logs', '--timeout=60s']);
  expect(output).toMatch(/^Phase: +Succeeded$/m);
});

test('a caller whose UDP is lost goes on over another door', async () => {
  const client = await world.edge.createClient();
  const accessToken = await secretOf(`${RELEASE}-web`, 'WEB_TOKEN');
  const guest = await joinFrom(
    client,
    { page: `https://${HOST}`, accessToken },
    world.edge.certificate.caFile,
  );
  onTestFinished(() => guest.leave());
  await guest.greeting();
  expect((await guest.icePair())?.local).toMatchObject({ type: 'relay', relayProtocol: 'udp' });
  const lostAtMs = performance.now();
  await client.block(PLAIN_DOORS[0]);
  await expect
    .poll(async () => (await guest.icePair())?.local, { timeout: 60_000, interval: 500 })
    .toMatchObject({ type: 'relay', relayProtocol: expect.stringMatching(/tcp|tls/) });
  noteTime('UDP lost to another door of coturn', performance.now() - lostAtMs);
  await guest.ask(await utterance(QUESTION));
  // The path was a relay's to LiveKit too: it keeps the UDP candidates, and with them the relay.
  expect(world.kubelet.logsOf('livekit', `${RELEASE}-livekit`)).not.toMatch(/prefer (TCP|TLS) transport/);
});

describe('where only TLS gets through', () => {
  const browser = useBrowser(
    async () => joined(silence(6000, 48_000), await utterance(QUESTION), silence(15_000, 48_000)),
    () => browserIn(desk, world.edge.certificate),
  );
  test('who presses Call on the page is answered, through TURN over TLS', async () => {
    const { page } = await browser.open(`https://${HOST}/`);
    await page.getByLabel('Access token').fill(await secretOf(`${RELEASE}-web`, 'WEB_TOKEN'));
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByRole('log').locator('[data-speaker=agent]').filter({ hasText: ANSWER }).first().waitFor();
    expect(await page.getByTestId('path').innerText()).toBe('relayed, TURN over TLS');
    await page.screenshot({ path: join(RESULTS, 'cluster tls.png') });
  });
});
