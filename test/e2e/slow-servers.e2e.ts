import { expect, test } from 'vitest';
import { answerAfter, expectHeard, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const QUESTION = 'What time is it?';
const ANSWER = 'It is a quarter past nine in the morning.';
const GREETING = 'Welcome to Contoh Telecom, this call may be recorded.';
const APOLOGY = 'Sorry, something went wrong on our side.';
const STT_MS = 25_000;

const stack = useStack({
  env: { TTS_CACHE: 'true' },
  prompts: {
    default: `---\nlanguage: en\n---\nYou answer calls.`,
    greeting: `---\nlanguage: en\ngreeting: ${GREETING}\napology: ${APOLOGY}\n---\nYou answer calls.`,
  },
});

const TWO_TURNS_MS = 120_000;

test('a transcriber that takes 25 s is waited for: one request a turn, each text once', {
  timeout: TWO_TURNS_MS,
}, async () => {
  const { standIn, callers } = stack();
  standIn.control({
    stt: { always: QUESTION },
    llm: { always: ANSWER },
    profile: { stt: { latencyMs: STT_MS } },
  });
  const caller = await callers.call();
  const question = await utterance(QUESTION);
  const requests: number[] = [];
  for (let turn = 1; turn <= 2; turn++) {
    const { lastVoicedAtMs } = await caller.speak(question);
    await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: STT_MS + 20_000 });
    await expectHeard(standIn, await answerAfter(caller, lastVoicedAtMs), [ANSWER]);
    requests.push(standIn.requests('stt').length);
  }
  expect(requests).toEqual([1, 2]);
  const asked = standIn.requests('llm').at(-1)?.details?.messages ?? [];
  expect(asked.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([
    QUESTION,
    QUESTION,
  ]);
  expect(caller.events.filter(({ type }) => type === 'error')).toEqual([]);
});

test('a greeting by a voice that takes 6 s is heard, and nothing else is asked of the voice before', async () => {
  const { standIn, callers } = stack();
  standIn.control({ profile: { tts: { ttfbMs: 6000 } } });
  const caller = await callers.call({ prompt: 'greeting' });
  await caller.waitForSpeech({ afterMs: 0, timeoutMs: 30_000 });
  expect(new Set(spokenTexts(standIn))).toEqual(new Set([GREETING]));
  await expectHeard(standIn, await answerAfter(caller, 0), [GREETING]);
  await expect.poll(() => spokenTexts(standIn), { timeout: 20_000 }).toContain(APOLOGY);
});
