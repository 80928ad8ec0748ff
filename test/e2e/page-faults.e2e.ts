import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { ELSEWHERE, useBrowser } from './browser.ts';
import { PAGE_TOKEN } from './callers.ts';
import { useStack } from './stack.ts';
import type { WorkerProcess } from './worker.ts';

const ANSWER = 'Our shops open at nine.';

const stack = useStack({ worker: false });
const browser = useBrowser();

let worker: WorkerProcess | undefined;
/** The worker, which serves no page: at first there is none. */
async function startWorker(): Promise<void> {
  worker ??= stack().startProgram('start', { WEB_ENABLED: 'false' });
  await worker.logged('worker registered');
}

beforeAll(async () => {
  stack().startProgram('web');
  await stack().pageUrl();
});

/** The fault that the page shows, once it is this one. */
async function fault(page: Page, code: string): Promise<string> {
  await page.locator(`[data-testid=error][data-state=${code}]`).waitFor();
  return page.getByTestId('error').innerText();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const status = (page: Page, words: string) => page.getByTestId('status').getByText(words).waitFor();

/** The agent is there, and answers. */
async function expectAgent(page: Page): Promise<void> {
  stack().standIn.control({ llm: { always: ANSWER } });
  await status(page, 'In call');
  await page.getByTestId('agent-state').getByText('Listening').waitFor();
  await page.getByRole('textbox', { name: 'Write to the agent' }).fill('When do you open?');
  await button(page, 'Send').click();
  await page.getByRole('log').getByText(ANSWER).waitFor();
}

test('a caller whom no agent joins is told so, and gets one as soon as a worker is there', async () => {
  const { page } = await browser.open(await stack().pageUrl());
  await button(page, 'Call').click();
  await status(page, 'Waiting for the agent');
  expect(await fault(page, 'agent-late')).toMatch(
    /Still waiting for the agent\.\s+.*asked for agent “agent-under-test” again \(\d×\)/,
  );
  await startWorker();
  await expectAgent(page);
  expect(await page.getByTestId('error').isVisible()).toBe(false);
});

test('a microphone that is not allowed is told with what to do, and the call works without', async () => {
  await startWorker();
  const { page } = await browser.open(await stack().pageUrl(), { microphone: false });
  await button(page, 'Call').click();
  const words = await fault(page, 'microphone-denied');
  expect(words).toContain('The microphone is not allowed.');
  expect(words).toContain('Allow it in the site settings');
  await status(page, 'Call failed');
  await button(page, 'Call without microphone').click();
  await expectAgent(page);
  expect(await page.evaluate('microphoneStates()')).toEqual([]);
});

test('the server of the page that does not answer is told, and the same button tries again', async () => {
  await startWorker();
  const { page } = await browser.open(await stack().pageUrl());
  await page.context().setOffline(true);
  await button(page, 'Call').click();
  expect(await fault(page, 'server-unreachable')).toContain('Check that it still runs');
  expect(await page.evaluate('microphoneStates()')).not.toContain('live');
  await page.context().setOffline(false);
  await page.getByTestId('error-action').click();
  await expectAgent(page);
});

test('a page opened from elsewhere says why it gets no microphone, and wants the credential', async () => {
  await startWorker();
  const url = new URL(await stack().pageUrl());
  url.hostname = ELSEWHERE;
  const { page } = await browser.open(url.href, { credential: '' });
  expect(await fault(page, 'insecure-context')).toContain(`ssh -L ${url.port}:localhost:${url.port}`);
  await button(page, 'Call without microphone').click();
  expect(await fault(page, 'credential')).toContain('wants a credential');
  expect(await page.evaluate('document.activeElement.id'), 'where to enter it').toBe('credential');

  const credential = page.getByLabel('Access token');
  await credential.fill('a-guess');
  await credential.press('Tab');
  await page.getByTestId('error').getByText('not the one this server wants').waitFor();
  const asked = page.waitForResponse('**/api/token');
  await page.getByTestId('error-action').click();
  expect((await asked).status(), 'of another try without microphone').toBe(401);
  await credential.fill(PAGE_TOKEN);
  await credential.press('Tab');
  await page.getByTestId('error').waitFor({ state: 'hidden' });
  await button(page, 'Call again').click();
  await button(page, 'Call without microphone').click();
  await expectAgent(page);
});

test('a LiveKit that dies in a call is told while it is missed, and by another call', async () => {
  await startWorker();
  const { page } = await browser.open(await stack().pageUrl());
  await button(page, 'Call').click();
  await expectAgent(page);
  await stack().livekit.close();
  await status(page, 'Reconnecting');
  await page.getByTestId('error').getByText('No answer for').waitFor();
  await page.getByTestId('error-action').click();
  const words = await fault(page, 'livekit-unreachable');
  expect(words).toContain(`LiveKit does not answer at ${stack().livekit.url}.`);
  expect(words).toContain('Check VPN and network, that LiveKit runs');
});
