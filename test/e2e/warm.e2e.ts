import { expect, test } from 'vitest';
import { OPENING } from '../../src/openai/chat-messages.ts';
import { answerAfter, expectHeard, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom, this call may be recorded.';
const INSTRUCTIONS = 'You answer calls for a company.';
/** The last that the worker, and the last that the call has spoken ahead. */
const LAST_KEPT = ['Have a nice day.', 'Is somebody there?'] as const;

const stack = useStack({
  prompts: {
    default: `---\ngreeting: ${GREETING}\ngoodbye: ${LAST_KEPT[0]}\nstill_there: ${LAST_KEPT[1]}\n---\n${INSTRUCTIONS}`,
  },
  env: { LLM_PRIME: 'true', TTS_CACHE: 'true' },
});

test('the model reads the instructions for one token, fixed phrases are spoken once for all calls', async () => {
  const { standIn, callers } = stack();
  const first = await callers.call();
  await expectHeard(standIn, await answerAfter(first, 0), [GREETING]);
  const asked = standIn.requests('llm');
  expect(asked).toHaveLength(1);
  expect(asked[0]?.details).toMatchObject({
    maxTokens: 1,
    messages: [
      { role: 'system', content: INSTRUCTIONS },
      { role: 'user', content: OPENING },
    ],
  });
  await expect
    .poll(() => spokenTexts(standIn), { timeout: 10_000 })
    .toEqual(expect.arrayContaining([...LAST_KEPT]));
  await callers.leave();
  const known = spokenTexts(standIn).length;

  standIn.control({ faults: { tts: [{ status: 503 }] } });
  const second = await callers.call();
  await expectHeard(standIn, await answerAfter(second, 0), [GREETING]);
  expect(spokenTexts(standIn)).toHaveLength(known);
});
