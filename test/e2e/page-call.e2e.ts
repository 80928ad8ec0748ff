import { RoomServiceClient } from 'livekit-server-sdk';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { SAME_SPEECH } from '../../src/probe/likeness.ts';
import { durationMs, joined, silence } from '../../src/probe/wav.ts';
import { useBrowser } from './browser.ts';
import { expectHeard, likeness, spokenTexts, understand } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const GREETING = 'Welcome to Contoh Telecom.';
const QUESTION = 'Is my data plan still active?';
const ANSWER = 'Yes, your plan is active until the end of March. It has forty gigabytes left.';
const SHOP_ANSWER = 'Yes, we have more than a hundred.';
const OTHER = 'I am sorry, we are closed today. Please call again tomorrow morning.';
/** A busy machine needs as long to play what was said. */
const PLAYED_WITHIN_MS = 15_000;

const stack = useStack({
  env: { STT_MODEL: 'stand-in-stt', LLM_MODEL: 'stand-in-llm', TTS_MODEL: 'stand-in-tts' },
  prompts: {
    default: `---\ngreeting: ${GREETING}\nallow_interruptions: false\n---\nYou answer calls.`,
    shop: '---\ndescription: Sells telephones\n---\nYou sell telephones.',
  },
});
// The agent is there and has greeted before the first words; where that takes longer, they come again.
const browser = useBrowser(async () =>
  joined(silence(5000, 48_000), await utterance(QUESTION), silence(13_000, 48_000)),
);

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** What was said for good. */
const said = (page: Page, speaker: 'caller' | 'agent', text: string) =>
  page
    .getByRole('log')
    .locator(`[data-speaker=${speaker}][data-final=true]`)
    .filter({ hasText: text })
    .first();

const fact = (page: Page, name: string) => page.locator(`[data-fact="${name}"] dd`).innerText();

/** Of an unfolded answer: milliseconds by name. */
const figuresOf = (text: string): Record<string, number> =>
  Object.fromEntries([...text.matchAll(/^([\w ]+)\n(\d+) ms$/gm)].map(([, name, ms]) => [name, Number(ms)]));

test('who presses Call is greeted, understood and answered, in writing and in sound', async () => {
  const { standIn, pageUrl } = stack();
  understand(standIn, { [QUESTION]: await utterance(QUESTION) });
  standIn.control({ llm: { rules: [{ match: 'data plan', answer: ANSWER }] } });
  const { page, heard, agentStates, complaints } = await browser.open(await pageUrl());

  await button(page, 'Call').click();
  await said(page, 'agent', GREETING).waitFor();
  const greetedMs = durationMs(heard());
  await said(page, 'caller', QUESTION).waitFor();
  await said(page, 'agent', ANSWER).waitFor();
  expect(agentStates.join(', ')).toMatch(/Listening.*Speaking.*Listening.*Thinking.*Speaking/);

  const answered = spokenTexts(standIn).filter((text) => ANSWER.includes(text));
  expect(answered.join(' ')).toBe(ANSWER);
  const lastHeard = () => likeness(standIn, heard(greetedMs), answered.at(-1) ?? '');
  await expect.poll(lastHeard, { timeout: PLAYED_WITHIN_MS, interval: 500 }).toBeGreaterThan(SAME_SPEECH);
  await expectHeard(standIn, heard(greetedMs), [ANSWER]);
  expect(await likeness(standIn, heard(greetedMs), OTHER)).toBeLessThan(0.5);

  const turn = page.locator('[data-testid=turn][data-state=told]').first();
  const {
    'turn over': over = 0,
    total = 0,
    heard: heardMs = 0,
    ...steps
  } = figuresOf(await turn.innerText());
  expect(Object.keys(steps)).toEqual(expect.arrayContaining(['pause', 'STT', 'LLM', 'TTS']));
  const sum = Object.values(steps).reduce((all, ms) => all + ms, 0);
  expect(Math.abs(total - sum), 'ms that rounding may leave of the total').toBeLessThanOrEqual(8);
  expect([over, heardMs].every((ms) => ms > 0)).toBe(true);
  expect(await page.getByTestId('answered').innerText()).toMatch(/^answered in \d+\.\d\d s$/);
  expect(complaints, 'of the browser, about the page').toEqual([]);
});

test('a caller sees who answers and by which path, mutes, writes, changes microphones and hangs up', async () => {
  const { livekit, standIn, pageUrl } = stack();
  standIn.control({ llm: { rules: [{ match: 'telephones', answer: SHOP_ANSWER }], always: 'Pardon?' } });
  const rooms = new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret);
  const { page, heard, complaints } = await browser.open(await pageUrl());

  await page.getByLabel('Prompt').selectOption('shop');
  await button(page, 'Call').click();
  await page.getByTestId('status').getByText('In call').waitFor();
  const room = await page.evaluate<string>('voiceAgentPage.room.name');
  const caller = await page.evaluate<string>('voiceAgentPage.room.localParticipant.identity');
  const isMuted = async () => (await rooms.getParticipant(room, caller)).tracks.map(({ muted }) => muted);
  await button(page, 'Mute').click();
  await button(page, 'Unmute').waitFor();
  await expect.poll(isMuted).toEqual([true]);

  const beforeMs = durationMs(heard());
  await page.getByRole('textbox', { name: 'Write to the agent' }).fill('Do you sell telephones?');
  await button(page, 'Send').click();
  await said(page, 'caller', 'Do you sell telephones?').waitFor();
  await said(page, 'agent', SHOP_ANSWER).waitFor();
  const lastHeard = () => likeness(standIn, heard(beforeMs), spokenTexts(standIn).at(-1) ?? '');
  await expect.poll(lastHeard, { timeout: PLAYED_WITHIN_MS, interval: 500 }).toBeGreaterThan(SAME_SPEECH);

  expect(await fact(page, 'Prompt')).toMatch(/^shop · [0-9a-f]{12}$/);
  expect(await fact(page, 'STT')).toBe('stand-in-stt stand-in');
  expect(await fact(page, 'LLM')).toBe('stand-in-llm stand-in');
  expect(await fact(page, 'TTS')).toMatch(/^stand-in-tts · alloy stand-in$/);
  expect(await page.getByTestId('path').innerText()).toMatch(/^direct.*, UDP$/);
  expect(await fact(page, 'Here')).toMatch(/^(host|prflx) udp [\d.]+:\d+$/);
  expect(await fact(page, 'LiveKit')).toMatch(/^host udp 127\.0\.0\.1:\d+$/);
  expect(await fact(page, 'Round trip')).toMatch(/^[\d.]+ ms$/);

  await button(page, 'Unmute').click();
  await expect.poll(isMuted).toEqual([false]);
  await page.getByLabel('Microphone', { exact: true }).selectOption('Fake Audio Input 2');
  await expect.poll(() => page.evaluate('microphoneStates()')).toEqual(['ended', 'live']);
  await button(page, 'Hang up').click();
  await page.getByTestId('status').getByText('Call ended').waitFor();
  expect(await page.evaluate('microphoneStates()')).toEqual(['ended', 'ended']);
  // The room itself stays for LiveKit's `departure_timeout`: a page that is loaded anew finds it.
  const present = async () => (await rooms.listParticipants(room)).map(({ identity }) => identity);
  await expect.poll(present, { timeout: 15_000 }).toEqual([]);
  expect(complaints, 'of the browser, about the page').toEqual([]);
});

/** The greeting, broken off by what the caller said, and final after it. */
const BROKEN_OFF = `(async () => {
  const { Transcript } = await import('/transcript.js');
  const transcript = new Transcript();
  const agent = { segment: 'a', speaker: 'agent', name: 'Agent' };
  transcript.show({ ...agent, text: 'Welcome to', final: false });
  transcript.show({ segment: 'c', speaker: 'caller', name: 'You', text: 'My bill, please.', final: true });
  transcript.show({ ...agent, text: 'Welcome to Contoh.', final: true });
  transcript.show({ ...agent, segment: 'b', text: 'Your bill', final: false });
  transcript.settle();
})()`;

test('what the caller breaks into stands above what they said', async () => {
  const { page } = await browser.open(await stack().pageUrl());
  await page.getByTestId('status').getByText('Ready').waitFor();
  await page.evaluate(BROKEN_OFF);
  const lines = await page.getByRole('log').locator('.text').allTextContents();
  expect(lines).toEqual(['Welcome to Contoh.', 'My bill, please.', 'Your bill']);
});
