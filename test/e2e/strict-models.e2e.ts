import { expect, test } from 'vitest';
import { answerAfter, expectHeard } from './hearing.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom, how may I help you?';
const ANSWER = 'Our shop opens at nine in the morning.';

const stack = useStack({
  prompts: { default: `---\ngreeting: ${GREETING}\nmax_tokens: 80\n---\nYou answer calls for a company.` },
  env: { LLM_PRIME: 'true' },
  worker: false,
});

test('a template without a system role and a closed schema are learned by priming, once for all calls', async () => {
  const { standIn, callers, startProgram } = stack();
  standIn.control({
    llm: {
      always: ANSWER,
      strict: [
        'no-empty-tools',
        'no-system',
        'alternating-roles',
        'no-max-completion-tokens',
        'no-stream-options',
      ],
    },
  });
  const isPrimed = () => {
    const { answered, pending } = standIn.counts('llm');
    return answered > 0 && pending === 0;
  };
  // One that has learned nothing, also where this test is tried again.
  const worker = startProgram('start');
  try {
    await worker.logged('worker registered');
    let learned: number | undefined;
    for (const _ of ['the first call', 'one after it']) {
      const caller = await callers.call();
      await expectHeard(standIn, await answerAfter(caller, 0), [GREETING]);
      await expect.poll(isPrimed, { timeout: 10_000 }).toBe(true);
      learned ??= standIn.counts('llm').refused;
      // Each refusal teaches one thing; on a busy machine a late request is sent once more.
      expect(learned).toBeGreaterThanOrEqual(3);
      const askedAtMs = performance.now();
      await caller.sendChat('When does the shop open?');
      await expectHeard(standIn, await answerAfter(caller, askedAtMs), [ANSWER]);
      expect(standIn.counts('llm').refused).toBe(learned);
      await callers.leave();
    }
  } finally {
    await worker.stop();
  }
  expect(standIn.requests('llm').at(-1)?.details?.body).toMatchObject({ max_tokens: 80, stream: true });
});
