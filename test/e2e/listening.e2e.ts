import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { useBrowser } from './browser.ts';
import { answerAfter, expectHeard } from './hearing.ts';
import { operatorCredential } from './operator.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom.';
const NOTICE = 'A colleague listens to this call to help me improve.';
const operator = operatorCredential();

const stack = useStack({
  env: operator.env,
  prompts: { default: `---\ngreeting: ${GREETING}\nlistening_notice: ${NOTICE}\n---\nYou answer calls.` },
});
const browser = useBrowser();

/** How many tracks the page plays. */
const PLAYING = `[...document.querySelectorAll('audio')].filter((sound) => sound.currentTime > 0 && !sound.paused).length`;

/** The call's way, and that packets of the caller came by it. */
const HEARD_WELL =
  /voice_agent_media_paths_total\{via="web",kind="\w+",protocol="udp"\} [1-9][\s\S]*voice_agent_heard_loss_ratio_count\{via="web"\} [1-9]/;

test('an operator hears both sides of a call on the page, and the caller is told; the way of its sound is measured', async () => {
  const { callers, standIn, pageUrl, worker, livekit } = stack();
  const { url: health } = await worker.logged('health listening');
  const metrics = async () => (await fetch(`${health}/metrics`)).text();
  const room = `listened-${Math.round(performance.now())}`;
  const caller = await callers.call({ room });
  await expectHeard(standIn, await answerAfter(caller, 0), [GREETING]);
  const { page } = await browser.open(`${await pageUrl()}/calls.html`);
  await page.getByTestId('credential').fill(operator.token);
  await page.getByRole('button', { name: 'Show' }).click();
  const listen = page.getByTestId('listen');
  const clickedAtMs = performance.now();
  await listen.click();
  await expectHeard(standIn, await answerAfter(caller, clickedAtMs), [NOTICE]);
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await expect.poll(() => page.evaluate(PLAYING), { timeout: 20_000 }).toBe(2);
  expect(caller.describe()).not.toContain('listener-');
  await expect.poll(metrics, { timeout: 20_000 }).toMatch(HEARD_WELL);
  await callers.leave();
  await page.getByText('No call runs.').waitFor();
  expect(await page.evaluate("document.querySelectorAll('audio').length")).toBe(0);
  const rooms = new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret);
  const present = async () => (await rooms.listParticipants(room)).map(({ identity }) => identity);
  await expect.poll(() => present().catch(() => []), { timeout: 20_000 }).toEqual([]);
});
