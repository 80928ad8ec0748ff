import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import { type LiveKit, startLiveKit } from '../../src/dev/livekit.ts';
import { RESULTS, useBrowser } from './browser.ts';
import { useStack } from './stack.ts';
import type { LogLine } from './worker.ts';

const GREETING = 'Welcome to Contoh Telecom.';
const RESUMED = 'Sorry, the line was cut. I am back.';
const ANSWER = 'Your bill is due on Friday.';
const UNHEARD = 'Your microphone is off, I cannot hear you.';
const SCREENS = {
  laptop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
/** How long LiveKit is away; by hand also two minutes. */
const AWAY_MS = Number(processSources().env.AWAY_MS ?? 15_000);

const front = [`greeting: ${GREETING}`, `resumed: ${RESUMED}`, `unheard: ${UNHEARD}`].join('\n');
const stack = useStack({
  env: { IDLE_TIMEOUT_MS: '6000' },
  prompts: { default: `---\n${front}\n---\nYou answer calls.` },
});
const browser = useBrowser();

let again: LiveKit | undefined;
/** The same server once more, as after a restart of its pod: it knows no room. */
async function startAgain(): Promise<void> {
  const { url, apiKey, apiSecret } = again ?? stack().livekit;
  again = await startLiveKit({ port: Number(new URL(url).port), apiKey, apiSecret });
}
afterAll(async () => again?.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const status = (page: Page, words: string) => page.getByTestId('status').getByText(words).waitFor();
const said = (page: Page, text: string) => page.getByRole('log').getByText(text).first().waitFor();
const problem = (page: Page, code: string) => page.locator(`[data-testid=error][data-state=${code}]`);

async function write(page: Page, text: string): Promise<void> {
  await page.getByTestId('message').fill(text);
  await button(page, 'Send').click();
}

async function look(page: Page, name: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await page.screenshot({ path: join(RESULTS, `${name}.png`) });
  const faults = await page.evaluate<string[]>(
    await readFile(join(import.meta.dirname, 'browser-look.js'), 'utf8'),
  );
  expect.soft(faults, name).toEqual([]);
}

/** What the model was told last. */
const told = () => JSON.stringify(stack().standIn.requests('llm').at(-1)?.details?.messages ?? []);

/** A call in which the caller has asked something. */
async function asked(screen: (typeof SCREENS)['laptop'], microphone = true) {
  const { standIn, pageUrl } = stack();
  standIn.control({ llm: { always: ANSWER } });
  const opened = await browser.open(await pageUrl(), { ...screen, microphone });
  const { page } = opened;
  await button(page, 'Call').click();
  if (!microphone) {
    await problem(page, 'microphone-denied').waitFor();
    await look(page, 'away microphone denied');
    await button(page, 'Call without microphone').click();
  }
  await said(page, GREETING);
  await write(page, 'When is my bill due?');
  await said(page, ANSWER);
  return opened;
}

test('a page that is loaded anew goes on with its call: the same agent, which remembers', async () => {
  const { page } = await asked(SCREENS.laptop);
  const agent = await page.evaluate('voiceAgentPage.facts().agent.identity');
  const startMs = performance.now();
  await page.reload();
  await status(page, 'In call');
  await said(page, RESUMED);
  process.stderr.write(
    `after a reload: first words written after ${Math.round(performance.now() - startMs)} ms\n`,
  );
  expect(await page.evaluate('voiceAgentPage.facts().agent.identity')).toBe(agent);
  await write(page, 'And the one after?');
  await said(page, ANSWER);
  expect(told()).toContain('When is my bill due?');
  expect(page.url()).not.toMatch(/[?#]/);
  expect(JSON.stringify(await page.evaluate('voiceAgentPage.facts()'))).not.toContain(
    await page.evaluate<string>("JSON.parse(sessionStorage.getItem('resume')).key"),
  );
  await button(page, 'Hang up').click();
  await status(page, 'Call ended');
  expect(
    await page.evaluate("sessionStorage.getItem('resume')"),
    'who hangs up does not come back',
  ).toBeNull();
  await page.reload();
  await status(page, 'Ready');
});

test('who joins the room without the key is served without the earlier words', async () => {
  const { callers, worker } = stack();
  const { page } = await asked(SCREENS.laptop);
  const room = await page.evaluate<string>('voiceAgentPage.room.name');
  const stranger = await callers.join({ room, identity: 'stranger' });
  await page.close();
  await worker.logged('caller changed');
  await sleep(500);
  await stranger.sendChat('What did I ask?');
  await expect.poll(told, { timeout: 10_000 }).toContain('What did I ask?');
  expect(told()).not.toContain('bill');
});

test('a caller without a microphone, or with a muted one, is told so once by page and voice, and writes', async () => {
  const { page } = await asked(SCREENS.phone, false);
  expect(await problem(page, 'no-microphone').innerText()).toContain('does not hear you');
  await look(page, 'away no microphone phone');
  await said(page, UNHEARD);
  await write(page, 'And the one after?');
  await expect.poll(told).toContain('And the one after?');
  await button(page, 'Hang up').click();
  await status(page, 'Call ended');
});

test('LiveKit is away and comes back: the page says so, waits, and is in the call again by itself', {
  timeout: 240_000,
}, async () => {
  const { worker, livekit } = stack();
  const isLost = ({ msg, reason }: LogLine) => msg === 'call ended' && reason === 'LiveKit lost';
  const registered = () => worker.log.filter(({ msg }) => msg === 'worker registered').length;
  const before = { lost: worker.log.filter(isLost).length, registered: registered() };
  const { page, complaints: _ } = await asked(SCREENS.laptop);
  await (again ?? livekit).close();
  await status(page, 'Reconnecting');
  await problem(page, 'reconnecting').getByText('No answer for').waitFor();
  await look(page, 'away laptop');
  await page.setViewportSize(SCREENS.phone.viewport);
  await look(page, 'away phone');
  await sleep(AWAY_MS);
  const lost = worker.log.filter(isLost).slice(before.lost);
  expect(lost, 'calls that ended with a reason').toHaveLength(1);
  await startAgain();
  const backMs = performance.now();
  await worker.until('the worker to register again', () => registered() > before.registered, 5000);
  const registeredMs = performance.now() - backMs;
  await status(page, 'In call');
  const joinedMs = performance.now() - backMs;
  // LiveKit hears it, and tells the page within half a second; its text stands there when it has been said.
  const isSpeaking =
    '[...voiceAgentPage.room.remoteParticipants.values()].some(({ isSpeaking }) => isSpeaking)';
  await expect.poll(() => page.evaluate(isSpeaking), { timeout: 20_000, interval: 50 }).toBe(true);
  const wordsMs = performance.now() - backMs;
  await said(page, RESUMED);
  process.stderr.write(
    `LiveKit away for ${AWAY_MS} ms: registered after ${Math.round(registeredMs)} ms, in call after ${Math.round(joinedMs)} ms, first words heard after ${Math.round(wordsMs)} ms\n`,
  );
  await write(page, 'And the one after?');
  await expect.poll(told, { timeout: 10_000 }).toContain('And the one after?');
  expect(told(), 'what was said before').toContain('When is my bill due?');
  expect(told()).toContain(ANSWER);
  expect(worker.log.filter(({ msg }) => msg === 'call started').at(-1)).toMatchObject({ comesBack: true });
  await button(page, 'Hang up').click();
  await status(page, 'Call ended');
});
