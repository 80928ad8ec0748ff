import { expect, test } from 'vitest';
import { SPEECH_WITHIN_MS } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const MAX_TURN_MS = 4000;
const stack = useStack({ env: { MAX_TURN_MS: String(MAX_TURN_MS) } });

test('who speaks without a pause is answered after the longest turn, while they still speak', async () => {
  const { standIn, callers, worker } = stack();
  standIn.control({ stt: { always: 'and then I said to him and he said to me' }, llm: { always: 'I see.' } });
  const caller = await callers.call();
  const monologue = await utterance(`${'and then I said to him and he said to me '.repeat(9)}.`);
  const spoken = caller.speak(monologue);
  const { inARow } = await worker.logged('turn cut: the caller has not stopped speaking');
  expect(inARow).toBe(1);
  const startedAtMs = await caller.waitForSpeech({ afterMs: 0, timeoutMs: SPEECH_WITHIN_MS });
  const { endedAtMs, startedAtMs: beganAtMs } = await spoken;
  expect(endedAtMs - beganAtMs).toBeGreaterThan(3 * MAX_TURN_MS);
  expect(startedAtMs - beganAtMs).toBeGreaterThan(MAX_TURN_MS);
  expect(startedAtMs, 'the agent cuts in').toBeLessThan(endedAtMs);
});
