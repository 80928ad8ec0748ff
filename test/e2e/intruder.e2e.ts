import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { useBrowser } from './browser.ts';
import { FORGED, type Intruder, joinAsIntruder } from './intruder.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom.';
const ANSWER =
  'We open at nine in the morning. On Friday we open at ten, and on Sunday we are closed all day.';

const stack = useStack({ prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer calls.` } });
const browser = useBrowser();

let intruder: Intruder | undefined;
afterEach(() => intruder?.leave());

const said = (page: Page, text: string) =>
  page.getByRole('log').locator('[data-speaker=agent][data-final=true]').filter({ hasText: text });

async function misbehave(page: Page): Promise<Intruder> {
  const [room, caller, agent] = await page.evaluate<[string, string, string]>(
    '[voiceAgentPage.room.name, voiceAgentPage.room.localParticipant.identity, voiceAgentPage.facts().agent.identity]',
  );
  const one = await joinAsIntruder(stack().livekit, room);
  const event = (json: unknown) => one.sendData('voice-agent.event', JSON.stringify(json));
  await event({ type: 'error' });
  await event({ type: 'error', endpoint: 'tts', message: FORGED, hint: FORGED });
  await event({ type: 'ending', reason: FORGED });
  await event({ type: 'turn', turn: 1, parts: { totalMs: 1e300 } });
  await event({ type: 'turn' });
  await one.sendData('voice-agent.event', '['.repeat(10_000));
  await one.sendText('lk.transcription', FORGED);
  await one.sendText('lk.transcription', FORGED, agent);
  await one.sendText('lk.transcription', FORGED, caller);
  await one.sendText('lk.chat', FORGED);
  await one.sendText('lk.chat', FORGED, caller);
  await one.sendData('voice-agent.command', JSON.stringify({ type: 'hang-up' }));
  return one;
}

test('another participant cannot end the call, speak as the agent, show a fault, or ask the model', async () => {
  const { standIn, pageUrl } = stack();
  standIn.control({ llm: { always: ANSWER } });
  const { page, complaints } = await browser.open(await pageUrl());
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  await said(page, GREETING).waitFor();
  await page.getByTestId('agent-state').getByText('Listening').waitFor();
  intruder = await misbehave(page);

  await page.getByRole('textbox', { name: 'Write to the agent' }).fill('When do you open?');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  // The last words of an answer that the intruder wrote into while it grew.
  await said(page, 'closed all day.').waitFor();
  expect(intruder.streamsJoined).toBeGreaterThan(0);
  expect(await page.getByRole('log').innerText()).toContain(ANSWER);
  expect(await page.content()).not.toContain(FORGED);
  expect(await page.getByTestId('error').isVisible()).toBe(false);
  expect(await page.getByTestId('status').innerText()).toBe('In call');
  expect(JSON.stringify(standIn.requests('llm'))).not.toContain(FORGED);
  expect(standIn.requests('llm')).toHaveLength(1);
  expect(complaints, 'of the browser, about the page').toEqual([]);
});
