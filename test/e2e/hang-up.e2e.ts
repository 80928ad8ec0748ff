import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import { answerAfter, expectHeard } from './hearing.ts';
import { useStack } from './stack.ts';
import type { LogLine } from './worker.ts';

const STILL_THERE = 'Hello, are you still on the line?';
const GOODBYE = 'Thank you for calling, have a nice day.';
const END_WITHIN_MS = 30_000;

const stack = useStack({
  // One slot: the next caller is served when the one before has freed it, by a dispatch of the token route if need be.
  env: { MAX_CALLS: '1', IDLE_TIMEOUT_MS: '3000' },
  prompts: {
    default: `---\nstill_there: ${STILL_THERE}\ngoodbye: ${GOODBYE}\n---\nYou answer calls.`,
  },
});

const ending = (caller: Guest) => caller.events.find(({ type }) => type === 'ending')?.reason;

test('a silent caller is asked, then told good-bye, and the room is closed', async () => {
  const { standIn, callers, pageUrl } = stack();
  const caller = await callers.callByPage(await pageUrl());
  const { atMs } = await caller.until('the end of the call', () => caller.left, END_WITHIN_MS);
  const heard = caller.heard.between();
  await expectHeard(standIn, heard, [STILL_THERE, GOODBYE]);
  expect(ending(caller)).toBe('idle');
  const lastSoundMs = caller.heard.lastSoundAfter(0) ?? 0;
  expect(atMs, 'the good-bye is heard to its end').toBeGreaterThan(lastSoundMs);
});

test('the page can ask for the end of the call', async () => {
  const { standIn, callers, pageUrl } = stack();
  const caller = await callers.callByPage(await pageUrl());
  await caller.sendCommand('hang-up');
  await caller.until('the end of the call', () => caller.left, END_WITHIN_MS);
  await expectHeard(standIn, caller.heard.between(), [GOODBYE]);
  expect(ending(caller)).toBe('hang-up');
});

test('the longest call ends with a good-bye, in the middle of a conversation', async () => {
  const { standIn, callers, startProgram } = stack();
  standIn.control({ llm: { always: 'Our shops are open every day from nine to five.' } });
  const env = { AGENT_NAME: 'impatient', MAX_CALL_MS: '7000', IDLE_TIMEOUT_MS: '0', WEB_ENABLED: 'false' };
  const impatient = startProgram('start', env);
  await impatient.logged('worker registered');
  const caller = await callers.call({ agentName: 'impatient' });
  const askedAtMs = performance.now();
  await caller.sendChat('When are you open?');
  await expectHeard(standIn, await answerAfter(caller, askedAtMs, 800), [
    'Our shops are open every day from nine to five.',
  ]);
  await caller.until('the end of the call', () => caller.left, END_WITHIN_MS);
  await expectHeard(standIn, caller.heard.between(), [GOODBYE]);
  expect(ending(caller)).toBe('max-duration');
  await impatient.stop();
});

test('a caller who leaves after a conversation ends the call and frees the slot', async () => {
  const { standIn, callers, pageUrl } = stack();
  standIn.control({ llm: { always: 'Of course.' } });
  const caller = await callers.callByPage(await pageUrl());
  const askedAtMs = performance.now();
  await caller.sendChat('Can you help me?');
  await answerAfter(caller, askedAtMs, 800);
  await expectFreedAfterLeaving(caller);
});

test('so does a caller who leaves as soon as the agent is there', async () => {
  const { callers, pageUrl } = stack();
  await expectFreedAfterLeaving(await callers.callByPage(await pageUrl()));
});

/** With one slot and one call at a time, the next caller is proof that the slot is free. */
async function expectFreedAfterLeaving(caller: Guest): Promise<void> {
  const { callers, pageUrl, worker } = stack();
  const isThisCall = ({ pii_caller }: LogLine) => pii_caller === caller.identity;
  await worker.logged('call started', { matches: isThisCall });
  await caller.leave();
  await worker.logged('call ended', { matches: isThisCall });
  const next = await callers.callByPage(await pageUrl());
  expect(next.agents).toHaveLength(1);
}
