import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { RESULTS, useBrowser } from './browser.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom.';
const QUESTION = 'Is my data plan still active?';
const ANSWER = 'Yes, your plan is active until the end of March.';

const SCREENS = [
  { name: 'laptop', viewport: { width: 1280, height: 800 } },
  {
    name: 'phone',
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
];

const stack = useStack({
  env: { STT_MODEL: 'stand-in-stt', LLM_MODEL: 'stand-in-llm', TTS_MODEL: 'stand-in-tts' },
  prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer calls.` },
});
const browser = useBrowser();

/** What is plainly wrong with the page, as it is now. */
const faultsOf = async (page: Page): Promise<string[]> =>
  page.evaluate(await readFile(join(import.meta.dirname, 'browser-look.js'), 'utf8'));

/** Pictures for people, in light and dark; and what can be found without them. */
async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(RESULTS, `${name} ${colorScheme}.png`) });
    expect.soft(await faultsOf(page), `${name} ${colorScheme}`).toEqual([]);
  }
}

test.for(SCREENS)(
  'the page can be read and reached on a $name, light and dark',
  async ({ name, ...screen }) => {
    await mkdir(RESULTS, { recursive: true });
    const { standIn, pageUrl } = stack();
    standIn.control({ llm: { always: ANSWER } });
    const { page } = await browser.open(await pageUrl(), screen);
    await page.getByTestId('status').getByText('Ready').waitFor();
    await look(page, `${name} idle`);

    const call = page.getByTestId('call');
    await call.click();
    const said = page.getByRole('log');
    await said.getByText(GREETING).waitFor();
    await page.getByTestId('message').fill(QUESTION);
    await page.getByTestId('send').click();
    await said.getByText(ANSWER).waitFor();
    await page.locator('[data-fact=Codec]').waitFor({ state: 'attached' });
    await look(page, `${name} in call`);

    await call.click();
    await page.getByTestId('status').getByText('Call ended').waitFor();
    await page.context().setOffline(true);
    await call.click();
    await page.locator('[data-testid=error][data-state=server-unreachable]').waitFor();
    await look(page, `${name} fault`);
  },
);

/** Answers as a call would bring them. Some were not heard here, and one came with the framework's figures. */
const FIFTY_ANSWERS = `(async () => {
  const { TurnsView } = await import('/turns-view.js');
  const view = new TurnsView();
  document.querySelector('.evidence details').open = true;
  const coarse = { endpointingMs: 700, sttMs: 450, llmTtftMs: 200, ttsTtfbMs: 150, totalMs: 1100 };
  for (let turn = 1; turn <= 50; turn += 1) {
    const work = { pauseMs: 150, sttMs: 200 + turn, holdMs: 0, llmTtftMs: 210, clauseMs: 60, ttsTtfbMs: 130 };
    const own = { ...work, readyMs: 20, endpointingMs: 600, totalMs: 770 + turn };
    if (turn % 6 !== 0) view.heard(850 + turn);
    view.told({ turn, parts: turn === 49 ? coarse : own });
  }
})()`;

test.for(SCREENS)('fifty answers are waterfalls that keep a $name in shape', async ({ name, ...screen }) => {
  await mkdir(RESULTS, { recursive: true });
  const { page } = await browser.open(await stack().pageUrl(), screen);
  await page.getByTestId('status').getByText('Ready').waitFor();
  await page.evaluate(FIFTY_ANSWERS);
  const turns = page.getByTestId('turn');
  expect(await turns.count()).toBe(50);
  const folded = turns.nth(1);
  const foldedHeight = (await folded.boundingBox())?.height ?? 0;
  await folded.getByRole('button', { name: 'Turn 49, 0.90 s' }).click();
  expect((await folded.boundingBox())?.height).toBeGreaterThan(3 * foldedHeight);
  expect(await folded.locator('.lanes').innerText()).toMatch(/^STT\s+450 ms\s+hold\s+250 ms\s+LLM\s+200 ms/);
  expect((await page.getByTestId('turns').boundingBox())?.height).toBeLessThan(screen.viewport.height);
  await look(page, `${name} fifty answers`);
});

/** Two workers as they would tell of themselves, of which the second does not answer. */
const WORKERS = `(async () => {
  const { WorkersView } = await import('/operate/workers-view.js');
  const { Listening } = await import('/operate/listening.js');
  const parts = { pauseMs: 150, sttMs: 200, llmTtftMs: 210, clauseMs: 60, ttsTtfbMs: 130, readyMs: 20, totalMs: 770 };
  const lastTurns = Array.from({ length: 20 }, (_, at) => ({ turn: at + 1, atMs: 0, interrupted: false, parts }));
  const about = { host: 1, ageMs: 3_700_000, stage: 'caller-speaks', prompt: 'customer-service', via: 'sip', turns: 20, lastTurns };
  const calls = Array.from({ length: 4 }, (_, at) => ({ id: 'AJ_7mQpX2LrJ5w' + at, ...about }));
  const endpoint = { stage: 'stt', host: 'gpu-host.internal:8000', model: 'Systran/faster-whisper-large-v3', breaker: 'open' };
  const endpoints = [{ ...endpoint, requests: 200, failed: 12, p50Ms: 180, p95Ms: 320 }];
  const status = { atMs: 0, slots: 8, slotsUsed: 4, unready: [], hosts: [{ ready: true }], calls, endpoints };
  const view = new WorkersView(document.getElementById('workers'), new Listening(() => ''));
  const show = () => view.show([{ at: '10.0.0.1:8081', status }, { at: '10.0.0.2:8081', problem: 'fetch failed' }]);
  show();
  document.querySelector('details').open = true;
  document.querySelector('.turn button').focus();
  show();
})()`;

test.for(SCREENS)('calls of all workers keep a $name in shape', async ({ name, ...screen }) => {
  await mkdir(RESULTS, { recursive: true });
  const { page } = await browser.open(`${await stack().pageUrl()}/calls.html`, screen);
  await page.getByTestId('summary').getByText('token').waitFor();
  await page.evaluate(WORKERS);
  expect(await page.getByTestId('call').count()).toBe(4);
  await page.getByText('Does not answer: fetch failed').waitFor();
  // What an operator unfolded and where they are survives the next answer.
  expect(await page.evaluate("document.activeElement.closest('details').open")).toBe(true);
  await look(page, `${name} calls`);
});

test('faint words, tiny buttons and what is beyond the screen would be noticed', async () => {
  const { page } = await browser.open(await stack().pageUrl(), SCREENS[1]);
  await page.getByTestId('status').getByText('Ready').waitFor();
  await page.evaluate(`
    document.querySelector('h1').style.color = 'silver';
    document.getElementById('check').style = 'height: 20px; min-height: 0; padding: 0';
    document.getElementById('agent-words').style.translate = '300px';
  `);
  expect(await faultsOf(page)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^contrast 1\.\d+: h1 «Voice agent/),
      'beyond the screen: p «Not in a call»',
      'too small to touch: button «Check»',
    ]),
  );
});
