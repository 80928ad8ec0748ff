import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SAME_SPEECH } from '../../src/probe/likeness.ts';
import { joined, silence } from '../../src/probe/wav.ts';
import { ephemeralCredentials } from '../../src/stun/credentials.ts';
import { mintToken } from '../../src/web/mint.ts';
import { type BrowserUse, RESULTS, useBrowser } from '../e2e/browser.ts';
import { likeness } from '../e2e/hearing.ts';
import { utterance } from '../e2e/utterance.ts';
import { NAMESPACE } from './control-plane.ts';
import { ANSWER, ATTEMPTS, type Installation, install, QUESTION } from './edge/cce.ts';
import type { Client } from './edge/client.ts';
import { browserIn, HOST, MODELS } from './edge/edge.ts';
import { remoteAddressOf } from './edge/paths.ts';
import { expectNoPivot } from './edge/pivot.ts';
import { echoBeside, openRelay } from './edge/relay.ts';
import { NODE } from './node-namespace.ts';
import { type Component, type PodObject, podOf, processOf } from './pods.ts';

const UDP_DOOR = { protocol: 'udp', port: 3478 } as const;
const TCP_DOOR = { protocol: 'tcp', port: 3480 } as const;

let cce: Installation;
let desk: Client;
beforeAll(async () => {
  cce = await install();
  desk = await cce.edge.createClient();
});
afterAll(() => cce?.stop());

const ipOf = ({ status }: PodObject) => status.podIP ?? '';
const componentIp = async (component: Component) => ipOf(await podOf(cce.api, component));
const relayIp = async () => {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3Dstunner`;
  const [relay] = await cce.api.list<PodObject>(path);
  return relay ? ipOf(relay) : '';
};

/** Does something again and again until a change is over, at least once. */
async function meanwhile(change: Promise<unknown>, act: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = change.finally(() => {
    isOver = true;
  });
  over.catch(() => {}); // told below
  do await act();
  while (!isOver);
  await over;
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const openPage = async (browser: BrowserUse) => {
  const opened = await browser.open(`https://${HOST}/`, { credential: '' });
  await opened.page.getByLabel('Access token').fill(cce.accessToken);
  return opened;
};

describe('the README, from an empty namespace to a call', () => {
  const browser = useBrowser(
    async () => joined(silence(6000, 48_000), await utterance(QUESTION), silence(15_000, 48_000)),
    () => browserIn(desk, cce.edge.certificate),
  );

  test('STUNner takes the Gateway, and its Service has both doors at the shared address', () => {
    const { services } = cce;
    expect(services).toMatch(/^udp-gateway +LoadBalancer +[\d.]+ +10\.65\.176\.54 /m);
    expect(services).toMatch(/3478:\d+\/UDP,3480:\d+\/TCP|3480:\d+\/TCP,3478:\d+\/UDP/);
  });

  test('every hop inside works', async () => {
    const log = await cce.shell.run('Check every hop inside');
    expect(log).toMatch(/^(\d+) of \1 hops work/m);
    // It may not read the cluster, and says who can.
    expect(log).toMatch(/^skip +kube-httproute .*\n +→ kubectl --namespace livekit describe httproute$/m);
  });

  test('who opens the page behind the VPN and presses Call is answered, through the relay', async () => {
    const { models } = cce.edge;
    const { page, heard, complaints } = await openPage(browser);
    await press(page, 'Call');
    await page.getByTestId('status').getByText('In call').waitFor();
    const answers = page.getByRole('log').locator('[data-speaker=agent]').filter({ hasText: ANSWER });
    let alike = 0;
    // The microphone asks again.
    for (let asked = 0; asked < ATTEMPTS && alike <= SAME_SPEECH; asked += 1) {
      await answers.nth(asked).waitFor();
      await page.getByTestId('answered').getByText('answered in').waitFor();
      await page.getByTestId('agent-state').getByText('Listening').waitFor();
      alike = await likeness(models, heard(), ANSWER);
    }
    expect(alike).toBeGreaterThan(SAME_SPEECH);
    expect(await page.getByTestId('path').innerText()).toBe('relayed, TURN over UDP');
    await page.screenshot({ path: join(RESULTS, 'cluster call.png') });
    await press(page, 'Hang up');
    expect(complaints, 'of the browser, about the page').toEqual([]);
  });
});

test('a client reaches the load balancer, and nothing of the cluster', async () => {
  const client = await cce.edge.createClient();
  const reach = (address: string) => client.run('ip', 'route', 'get', address);
  expect((await reach(NODE.loadBalancerIp)).code).toBe(0);
  for (const address of [await componentIp('livekit'), await relayIp(), NODE.bridgeIp, MODELS.host])
    expect((await reach(address)).output).toContain('Network is unreachable');
});

const ways = [
  { name: 'UDP 3478', blocked: [], relayProtocol: 'udp' },
  { name: 'TCP 3480 where UDP is blocked', blocked: [UDP_DOOR], relayProtocol: 'tcp' },
];
describe.concurrent('by the relay alone', () => {
  test.each(ways)(
    'a caller is heard and answered over $name; the agent is direct',
    async ({ blocked, relayProtocol }) => {
      const client = await cce.edge.createClient();
      await client.block(...blocked);
      const guest = await cce.call(client);
      await guest.greeting();
      await cce.expectAnswer(guest);
      const pair = await guest.icePair();
      const [relay, livekit] = [await relayIp(), await componentIp('livekit')];
      expect(pair?.local).toMatchObject({ type: 'relay', address: relay, relayProtocol });
      expect(pair?.remote).toMatchObject({ type: 'host', address: livekit });
      const log = cce.kubelet.logsOf('livekit', 'livekit-server');
      expect(remoteAddressOf(log, new RegExp(`^${guest.identity}$`)), 'whence the caller comes').toBe(relay);
      expect(remoteAddressOf(log, /^agent-/), 'whence the agent comes').toBe(await componentIp('agent'));
      await guest.leave();
    },
  );

  test('with both doors blocked the failure says what is missing', async () => {
    const client = await cce.edge.createClient();
    await client.block(UDP_DOOR, TCP_DOOR);
    await expect(cce.call(client)).rejects.toThrow(
      `cannot join wss://${HOST}: LiveKit answers, but no media path to it was found`,
    );
  });
});

// Beside the calls above: most of it is waiting.
describe.concurrent('on the page', () => {
  const browser = useBrowser(undefined, () => browserIn(desk, cce.edge.certificate));

  test('a network that lets neither door through is told, with the doors', async () => {
    await desk.block(UDP_DOOR, TCP_DOOR);
    const { page } = await openPage(browser);
    await press(page, 'Call');
    await page.locator('[data-testid=error][data-state=no-media-path]').waitFor();
    const words = await page.getByTestId('error').innerText();
    expect(words).toContain('LiveKit answers, but no media path to it was found.');
    expect(words).toContain(`turn:${NODE.loadBalancerIp}:3478?transport=udp`);
    expect(words).toContain(`turn:${NODE.loadBalancerIp}:3480?transport=tcp`);
    await page.screenshot({ path: join(RESULTS, 'cluster blocked.png') });
  });
});

describe('the relay', () => {
  const HOUR_MS = 3_600_000;
  const credentials = async (ttlMs = HOUR_MS, secret?: string) =>
    ephemeralCredentials(secret ?? (await cce.secretOf('voice-agent-turn', 'secret')), {
      ...{ user: 'outsider', ttlMs },
      nowMs: Date.now(),
    });
  const open = async (given: Awaited<ReturnType<typeof credentials>>) => {
    const door = { host: NODE.loadBalancerIp, port: 3480, transport: 'tcp' } as const;
    return openRelay(
      await cce.edge.createClient(),
      { door, credentials: given },
      cce.edge.certificate.caFile,
    );
  };

  test('reaches the media ports of LiveKit, and no other port or pod', async () => {
    const livekit = await podOf(cce.api, 'livekit');
    const endEcho = await echoBeside(processOf(livekit).pid, ipOf(livekit), [59_999, 40_001]);
    const relay = await open(await credentials());
    expect(await relay.allocate()).toBe('allowed');
    expect(await relay.permit(ipOf(livekit))).toBe('allowed');
    expect(await relay.echo(ipOf(livekit), 59_999), 'an echo within the ports of the route').toBe(true);
    expect(await relay.echo(ipOf(livekit), 40_001), 'an echo outside of them').toBe(false);
    for (const pod of ['agent', 'web'] as const)
      expect(await relay.permit(await componentIp(pod))).toBe('refused');
    expect(await relay.permit(NODE.bridgeIp)).toBe('refused');
    relay.close();
    endEcho();
  });

  test('leads nowhere else, whatever is asked of it', async () => {
    const given = await credentials();
    await expectNoPivot(() => open(given));
  });

  test.each([
    ['have expired', () => credentials(-60_000)],
    ['were made with another secret', () => credentials(HOUR_MS, 'x'.repeat(48))],
  ])('refuses credentials that %s', async (_, made) => {
    const relay = await open(await made());
    expect(await relay.allocate()).toMatch(/^refused 40[01]$/);
    relay.close();
  });

  test('takes another secret while a call goes on: that cannot renew its relay, and the next call has the new one', async () => {
    const old = await credentials();
    const [guest, relay] = await Promise.all([cce.call(await cce.edge.createClient()), open(old)]);
    onTestFinished(() => guest.leave());
    await guest.greeting();
    expect([await relay.allocate(), await relay.refresh()]).toEqual(['allowed', 'allowed']);
    await meanwhile(cce.shell.run("Change the relay's secret"), () => cce.ask(guest));
    await expect.poll(async () => (await open(old)).allocate(), { timeout: 10_000 }).toMatch(/^refused/);
    await cce.expectAnswer(guest);
    expect(await relay.refresh(), 'of an allocation from before').toMatch(/^refused/);
    const next = await cce.call(await cce.edge.createClient());
    onTestFinished(() => next.leave());
    await next.greeting();
    await cce.expectAnswer(next);
    expect((await next.icePair())?.local.type).toBe('relay');
  });
});

test("LiveKit's keys change while a call goes on, and no caller is turned away", async () => {
  const keys = async () => ({
    apiKey: await cce.secretOf('livekit-server-keys', 'apiKey'),
    apiSecret: await cce.secretOf('livekit-server-keys', 'apiSecret'),
  });
  const old = await keys();
  const client = await cce.edge.createClient();
  const guest = await cce.call(client);
  onTestFinished(() => guest.leave());
  await guest.greeting();
  await meanwhile(cce.shell.run("Change LiveKit's API keys"), async () => {
    await cce.ask(guest);
    await cce.call(client).then((another) => another.leave());
  });
  await cce.expectAnswer(guest);
  const next = await cce.call(client);
  onTestFinished(() => next.leave());
  await next.greeting();
  await cce.expectAnswer(next);
  expect((await keys()).apiKey).not.toBe(old.apiKey);
  const request = { agentName: 'voice-agent', room: 'late', identity: 'late', ttlMs: 60_000 };
  const token = await mintToken({ livekit: old, ...request });
  await expect(cce.call(client, { url: `wss://${HOST}`, token })).rejects.toThrow(/401|nauthorized|API key/);
});

test('no command of the page is left out', () => {
  expect(cce.shell.left()).toEqual([]);
});
