import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import { SPEECH_WITHIN_MS } from './hearing.ts';
import { type Stack, useStack } from './stack.ts';

const stack = useStack({
  env: { PROMPT: 'house' },
  prompts: {
    house: 'You are the house prompt.',
    phone: ['---', 'variables:', '  company: Contoh Telecom', '---']
      .concat('You answer the phone of {{company}} for {{name | someone}}.')
      .concat('{{> _manners }}')
      .join('\n'),
    _manners: 'Be polite to {{name | them}}.',
    draft: 'You are the first draft.',
    fragile: '---\ntemperature: 0.5\n---\nYou are fragile and good.',
  },
});

/** What the model is told first when this caller writes something. */
async function instructionsOf(caller: Guest, { standIn }: Stack): Promise<string | undefined> {
  const before = standIn.requests('llm').length;
  await caller.sendChat('Hello');
  const asked = () =>
    standIn
      .requests('llm')
      .slice(before)
      .find(({ details }) => details)?.details;
  await caller.until('a request to the model', asked, SPEECH_WITHIN_MS);
  return asked()?.messages.find(({ role }) => role === 'system')?.content;
}

const promptOf = (caller: Guest) => caller.agents[0]?.attributes['voice-agent.prompt'];
const hashOf = (caller: Guest) => caller.agents[0]?.attributes['voice-agent.prompt.hash'];

test('the configuration names the prompt when nobody else does', async () => {
  const caller = await stack().callers.call();
  expect(promptOf(caller)).toBe('house');
  expect(await instructionsOf(caller, stack())).toBe('You are the house prompt.');
});

test('dispatch metadata names the prompt and fills its variables', async () => {
  const caller = await stack().callers.call({ prompt: 'phone', variables: { name: 'Aisyah' } });
  expect(promptOf(caller)).toBe('phone');
  const instructions = await instructionsOf(caller, stack());
  expect(instructions).toBe('You answer the phone of Contoh Telecom for Aisyah.\nBe polite to Aisyah.');
});

test('room metadata names the prompt, unless the dispatch does', async () => {
  const { livekit, callers, pageUrl } = stack();
  const rooms = new RoomServiceClient(livekit.url.replace(/^ws/, 'http'), livekit.apiKey, livekit.apiSecret);
  // A room that exists already ignores the dispatch in a token: the token route has to see to it.
  const metadata = JSON.stringify({ prompt: 'phone', variables: { name: 'Farid' } });
  await rooms.createRoom({ name: 'by-room', metadata });
  await rooms.createRoom({ name: 'by-dispatch', metadata });

  const byRoom = await callers.callByPage(await pageUrl(), { room: 'by-room' });
  expect(promptOf(byRoom)).toBe('phone');
  expect(await instructionsOf(byRoom, stack())).toContain('for Farid.');
  const byDispatch = await callers.callByPage(await pageUrl(), { room: 'by-dispatch', prompt: 'house' });
  expect(promptOf(byDispatch)).toBe('house');
});

test('a prompt that does not exist is replaced by the configured one, with a warning', async () => {
  const { callers, worker } = stack();
  const caller = await callers.call({ prompt: 'nowhere' });
  expect(promptOf(caller)).toBe('house');
  const warning = await worker.logged('prompt is unknown');
  expect(warning).toMatchObject({ level: 'warn', asked: 'nowhere', source: 'dispatch metadata' });
});

test('an edited prompt serves the next call, without a restart', async () => {
  const { callers, writePrompt } = stack();
  const first = await callers.call({ prompt: 'draft' });
  expect(await instructionsOf(first, stack())).toBe('You are the first draft.');
  await writePrompt('draft', 'You are the second draft.');
  const second = await callers.call({ prompt: 'draft' });
  expect(await instructionsOf(second, stack())).toBe('You are the second draft.');
  expect(hashOf(second)).not.toBe(hashOf(first));
  expect(await instructionsOf(first, stack()), 'a running call keeps its prompt').toBe(
    'You are the first draft.',
  );
});

test('a broken edit keeps the last good version and is warned of once, with file and line', async () => {
  const { callers, worker, writePrompt } = stack();
  const before = await callers.call({ prompt: 'fragile' });
  await writePrompt('fragile', '---\ntemperature: very hot\n---\nYou are fragile and broken.');
  const isFault = (line: { msg: string; level: string }) =>
    line.level === 'warn' && JSON.stringify(line).includes('fragile.md:2');
  await worker.until('a warning about fragile.md:2', () => worker.log.some(isFault), 20_000);

  const after = await callers.call({ prompt: 'fragile' });
  expect(hashOf(after)).toBe(hashOf(before));
  expect(await instructionsOf(after, stack())).toBe('You are fragile and good.');
  expect(worker.log.filter(isFault)).toHaveLength(1);

  await writePrompt('fragile', 'You are mended.');
  const mended = await callers.call({ prompt: 'fragile' });
  expect(await instructionsOf(mended, stack())).toBe('You are mended.');
});
