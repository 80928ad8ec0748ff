import { expect, test } from 'vitest';
import { OPENING } from '../../src/openai/chat-messages.ts';
import { FINISHED, UNFINISHED } from '../../src/openai/end-mark.ts';
import { joined, silence } from '../../src/probe/wav.ts';
import { answerAfter, expectHeard, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const GREETING = 'Welcome to Contoh Telecom, this call may be recorded.';
const INSTRUCTIONS = 'You answer calls for a company.';
/** The last that the worker, and the last that the call has spoken ahead. */
const LAST_KEPT = ['Have a nice day.', 'Is somebody there?'] as const;

const stack = useStack({
  prompts: {
    default: `---\ngreeting: ${GREETING}\ngoodbye: ${LAST_KEPT[0]}\nstill_there: ${LAST_KEPT[1]}\n---\n${INSTRUCTIONS}`,
  },
  env: {
    LLM_PRIME: 'true',
    TTS_CACHE: 'true',
    LLM_JUDGES_TURNS: 'true',
    // Longer than any answer takes: who is answered sooner was judged to have finished.
    ENDPOINTING_MAX_MS: '60000',
    LLM_HEDGE_AFTER_MS: '0',
    STT_HEDGE_AFTER_MS: '0',
  },
  profile: { llm: { marking: { mode: 'always', unfinished: 'balance$' } } },
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
      { role: 'system', content: expect.stringMatching(`^${INSTRUCTIONS}\n\n.*${FINISHED}.*${UNFINISHED}`) },
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

test('the model says whether a caller has finished, whatever the words look like, and nobody hears it', async () => {
  const { standIn, callers } = stack();
  const caller = await callers.call();
  await expectHeard(standIn, await answerAfter(caller, 0), [GREETING]);
  const [bill, limit] = ['Your bill is ten ringgit.', 'Your limit is one hundred.'];

  standIn.control({ stt: { always: 'I would like to' }, llm: { always: bill } });
  const unfinished = await caller.speak(await utterance('I would like to.'));
  await expectHeard(standIn, await answerAfter(caller, unfinished.startedAtMs), [bill]);

  const first = await utterance('What is my balance?');
  const second = await utterance('On the savings account.');
  const firstS = first.samples.length / first.sampleRate;
  const all = 'What is my balance on the savings account';
  standIn.answerTranscription(({ samples, sampleRate }) =>
    samples.length / sampleRate < firstS + 1.5 ? 'What is my balance' : all,
  );
  standIn.control({ llm: { always: limit } });
  const asked = standIn.requests('llm').length;
  const spoken = await caller.speak(joined(first, silence(2500, first.sampleRate), second));
  await expectHeard(standIn, await answerAfter(caller, spoken.startedAtMs + 1000 * firstS), [limit]);

  const requests = standIn.requests('llm').slice(asked);
  expect(
    requests.filter(({ outcome }) => outcome === 'answered').length,
    'one for each part',
  ).toBeLessThanOrEqual(2);
  expect(requests.at(-1)?.details?.messages.slice(1)).toEqual([
    { role: 'user', content: OPENING },
    { role: 'assistant', content: `${FINISHED} ${GREETING}` },
    { role: 'user', content: 'I would like to' },
    { role: 'assistant', content: `${FINISHED} ${bill}` },
    { role: 'user', content: all },
  ]);
  expect(spokenTexts(standIn).join(' ')).not.toMatch(new RegExp(`[${FINISHED}${UNFINISHED}]`));
});
