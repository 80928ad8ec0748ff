import { expect, test } from 'vitest';
import { answerAfter, expectHeard } from './hearing.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom, how may I help you?';
const ANSWER = 'Our shop opens at nine in the morning.';

const stack = useStack({
  prompts: { default: `---\ngreeting: ${GREETING}\nmax_tokens: 80\n---\nYou answer calls for a company.` },
  env: { LLM_PRIME: 'true' },
});

test('a template without a system role and a closed schema are learned by priming, once for all calls', async () => {
  const { standIn, callers } = stack();
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
  for (const refusals of [3, 3]) {
    const caller = await callers.call();
    await expectHeard(standIn, await answerAfter(caller, 0), [GREETING]);
    expect(standIn.counts('llm').refused).toBe(refusals);
    const askedAtMs = performance.now();
    await caller.sendChat('When does the shop open?');
    await expectHeard(standIn, await answerAfter(caller, askedAtMs), [ANSWER]);
    expect(standIn.counts('llm').refused).toBe(refusals);
    await callers.leave();
  }
  expect(standIn.requests('llm').at(-1)?.details?.body).toMatchObject({ max_tokens: 80, stream: true });
});
