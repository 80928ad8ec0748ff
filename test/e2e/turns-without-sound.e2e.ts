import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const QUESTION = 'What time is it?';
const ANSWER = 'It is a quarter past nine in the morning.';
const APOLOGY = 'Sorry, something went wrong on our side.';
const stack = useStack({
  env: { TTS_CACHE: 'true', TTS_ATTEMPTS: '1', STT_ATTEMPTS: '1', LLM_ATTEMPTS: '1' },
  prompts: { default: `---\nlanguage: en\napology: ${APOLOGY}\n---\nYou answer calls.` },
});

async function call(): Promise<Guest> {
  const { standIn, callers } = stack();
  standIn.control({ stt: { always: QUESTION }, llm: { always: ANSWER } });
  return callers.call();
}

test('a caller who goes on or leaves gets no apology', async () => {
  const { standIn, worker, callers } = stack();
  const caller = await call();
  const before = worker.log.filter(({ msg }) => msg === 'turn without sound').length;
  standIn.control({ profile: { llm: { ttftMs: 4000 } } });
  await caller.speak(await utterance(QUESTION));
  await caller.speak(await utterance(QUESTION));
  await callers.leave();
  await worker.logged('call ended', { timeoutMs: 30_000 });
  expect(worker.log.filter(({ msg }) => msg === 'turn without sound')).toHaveLength(before);
});
