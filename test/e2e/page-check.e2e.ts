import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { RESULTS, useBrowser } from './browser.ts';
import { PAGE_TOKEN } from './callers.ts';
import { check, verdicts } from './page-check.ts';
import { useStack } from './stack.ts';
import { startTurnedLiveKit } from './turned-livekit.ts';

const GREETING = 'Welcome to Contoh Telecom.';
const ANSWER = 'Yes, I can hear you well.';
const SCREENS = {
  laptop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** Pictures for people, light and dark; and what is plainly wrong without them. */
async function look(page: Page, name: string): Promise<void> {
  const script = await readFile(join(import.meta.dirname, 'browser-look.js'), 'utf8');
  await mkdir(RESULTS, { recursive: true });
  for (const [screen, { viewport }] of Object.entries(SCREENS)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(RESULTS, `check ${name} ${screen} ${colorScheme}.png`) });
      expect.soft(await page.evaluate(script), `${name} ${screen} ${colorScheme}`).toEqual([]);
    }
  }
}

const picture = (page: Page, edge: string) =>
  page.getByTestId('connection-picture').locator(`[data-edge~=${edge}]`);

describe('where everything works', () => {
  const stack = useStack({
    livekit: () => startTurnedLiveKit({ turn: ['udp', 'tcp'] }),
    prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer calls.` },
  });
  const browser = useBrowser();

  test('every hop works, the agent answers, and nothing is left behind', async () => {
    const { livekit, standIn, pageUrl, worker } = stack();
    standIn.control({ llm: { always: ANSWER } });
    const { page, complaints } = await browser.open(await pageUrl());
    const calls = () => worker.log.filter(({ msg }) => msg === 'job accepted').length;
    const before = calls();
    const startedMs = performance.now();
    const { 'turn-tls': turnTls, 'join-relay-tls': relayTls, ...checks } = await check(page, { agent: true });
    process.stdout.write(
      `checked in ${Math.round(performance.now() - startedMs)} ms\n${JSON.stringify(checks, null, 1)}\n`,
    );
    expect([turnTls?.verdict, relayTls?.verdict]).toEqual(['skip', 'skip']);
    expect(new Set(Object.values(verdicts(checks))), JSON.stringify(checks)).toEqual(new Set(['ok']));
    expect(checks['join-relay-tcp']?.evidence).toContain('TURN over TCP');
    expect(checks['join-relay-udp']?.evidence).toContain('TURN over UDP');
    expect(await page.getByTestId('connection-summary').innerText()).toMatch(/^Every hop works/);
    await look(page, 'healthy');

    await page.evaluate(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`);
    await page.getByTestId('connection-copy').click();
    await page.getByTestId('connection-copy').getByText('Copied').waitFor();
    const copied = await page.evaluate<string>('copied');
    for (const secret of [PAGE_TOKEN, 'relay-password', 'relay-user', 'eyJ', livekit.apiKey])
      expect(copied).not.toContain(secret);

    const rooms = new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret);
    const left = async () =>
      (await rooms.listRooms()).filter(({ name }) => name.startsWith('voice-agent-check-'));
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    expect(calls() - before, 'of the agent, which the check asks').toBe(1);
    expect(complaints, 'of the browser, about the page').toEqual([]);
  });

  test('it needs no mouse, says aloud what it found, and stops when it is closed', async () => {
    const { page } = await browser.open(await stack().pageUrl());
    await page.getByTestId('status').getByText('Ready').waitFor();
    await page.getByTestId('check-connection').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('connection-start').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Checking').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('connection-dialog').waitFor({ state: 'hidden' });
    expect(await page.locator(':focus').getAttribute('data-testid')).toBe('check-connection');
    await expect.poll(() => page.getByTestId('connection-start').textContent()).toBe('Check again');
  });

  test('LiveKit that is gone is named, and the page goes on', async () => {
    const { page } = await browser.open(await stack().pageUrl());
    await page.getByTestId('status').getByText('Ready').waitFor();
    await stack().livekit.close();
    const checks = await check(page);
    expect(verdicts(checks)).toMatchObject({
      page: 'ok',
      'page-token': 'ok',
      'signal-ws': 'fail',
      conversation: 'skip',
    });
    expect(checks['signal-ws']?.evidence).toContain('does not answer plain requests either');
    await expect.poll(() => picture(page, 'signal-ws').getAttribute('data-broken')).toBe('true');
    await look(page, 'livekit gone');
  });
});

describe.each([
  {
    name: 'the UDP port of the TURN server is closed',
    livekit: { turn: ['udp', 'tcp'] as const, closed: 'udp' as const, onlyByRelay: true },
    expected: {
      'turn-udp': 'fail',
      'join-relay-udp': 'skip',
      'turn-tcp': 'ok',
      'join-relay-tcp': 'ok',
      'media-echo': 'ok',
    },
    broken: 'turn-udp',
    fix: /Open UDP \d+ of 127\.0\.0\.1 from this network/,
  },
  {
    name: 'LiveKit is reached by relay only',
    livekit: { turn: ['udp', 'tcp'] as const, onlyByRelay: true },
    expected: {
      'join-direct': 'skip',
      'join-relay-udp': 'ok',
      'join-relay-tcp': 'ok',
      'media-quality': 'ok',
    },
    relayed: ['join-relay-udp', 'join-relay-tcp'],
  },
  {
    name: 'there is no TURN server',
    livekit: { turn: [] },
    expected: {
      'ice-servers': 'warn',
      'turn-udp': 'skip',
      'turn-tcp': 'skip',
      'join-direct': 'ok',
      'media-echo': 'ok',
    },
  },
  {
    name: 'there is no TURN server, and LiveKit is not reached',
    livekit: { turn: [], onlyByRelay: true },
    expected: { 'ice-servers': 'warn', 'join-direct': 'fail', 'media-echo': 'skip' },
    broken: 'join-direct',
    fix: /rtc\.turn_servers/,
  },
])('where $name', ({ name, livekit, expected, broken, fix, relayed = [] }) => {
  const stack = useStack({ livekit: () => startTurnedLiveKit(livekit), worker: false });
  const browser = useBrowser();
  beforeAll(() => {
    stack().startProgram('web');
  });

  test('the check says so', async () => {
    const { page } = await browser.open(await stack().pageUrl());
    const checks = await check(page);
    process.stdout.write(`${name}\n${JSON.stringify(checks, null, 1)}\n`);
    expect(verdicts(checks)).toMatchObject({
      page: 'ok',
      'signal-token': 'ok',
      dispatch: 'skip',
      ...expected,
    });
    await look(page, name);
    for (const id of relayed) expect(checks[id]?.evidence).toMatch(/^relayed, TURN over/);
    if (!broken) return;
    expect(checks[broken]?.fix).toMatch(fix);
    expect(await picture(page, broken).getAttribute('data-broken')).toBe('true');
  });
});
