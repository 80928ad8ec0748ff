import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../../e2e/browser.ts';
import { check, verdicts } from '../../e2e/page-check.ts';
import { HOST } from './site/doors.ts';
import { firewall, within } from './site/network.ts';
import { type Site, startSite } from './site/site.ts';

const URL = `https://${HOST.page}/`;

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterEach(() => site?.restore());
afterAll(() => site?.close());

/** On the laptop, which reaches the page's TCP 443 and the TURN ports, and no port of LiveKit's media. */
const browser = useBrowser(undefined, () => ({
  enter: within('laptop'),
  args: ['--ignore-certificate-errors'],
}));
const open = async () => {
  const { WEB_TOKEN: credential = '' } = site.settings.outside;
  return (await browser.open(URL, { credential, ignoreHTTPSErrors: true })).page;
};

test('“Check my connection” finds the relay by UDP and TCP and no direct path, and the agent answers', async () => {
  const page = await open();
  const startedMs = performance.now();
  const checks = await check(page, { agent: true });
  process.stdout.write(`Chromium: ${Math.round(performance.now() - startedMs)} ms\n`);
  const { 'join-direct': direct, 'turn-tls': turnTls, 'join-relay-tls': joinTls, ...others } = checks;
  expect([direct, turnTls, joinTls].map((one) => one?.verdict)).toEqual(['skip', 'skip', 'skip']);
  expect(direct?.cause).toContain('the relay carries calls');
  expect(new Set(Object.values(verdicts(others))), JSON.stringify(others)).toEqual(new Set(['ok']));
});

test('without UDP 3478 it names that port, and calls go by TCP', async () => {
  const rule = ['-i', 'line', '-p', 'udp', '--dport', '3478', '-j', 'DROP'];
  site.afterwards(await firewall(undefined, { chain: 'FORWARD', rule }));
  const checks = await check(await open());
  expect(verdicts(checks), JSON.stringify(checks)).toMatchObject({
    ...{ 'turn-udp': 'fail', 'join-relay-udp': 'skip' },
    ...{ 'turn-tcp': 'ok', 'join-relay-tcp': 'ok', 'media-echo': 'ok' },
  });
  expect(checks['turn-udp']?.fix).toContain('UDP 3478');
});

test('it offers the program that walks the same way, with the command that runs it', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Check my connection' }).click();
  await expect
    .poll(() => page.getByTestId('connection-command').innerText())
    .toBe(`node voice-agent-check.mjs --page ${URL}`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('connection-program').click(),
  ]);
  expect(download.suggestedFilename()).toBe('voice-agent-check.mjs');
  expect(await download.failure()).toBeNull();
});
