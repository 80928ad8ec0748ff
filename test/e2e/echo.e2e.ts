import { expect, test } from 'vitest';
import { SPEECH_WITHIN_MS } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const GREETING =
  'Good morning, this is the service line of your telephone company, how can I help you today?';
const QUESTION = 'Can somebody come to repair my line?';
const OFFER =
  'Our technician can come to your house on Friday or on Monday, which of the two days suits you better?';
const ANSWER = 'Then it is Friday.';
const stack = useStack({
  profile: { llm: { tokensPerS: 40 }, tts: { realtimeFactor: 4 } },
  prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou are a test.` },
});
const LOUDSPEAKER = { echoDb: -12, delayMs: 250 };
/** Its echo is heard and judged by then. */
const OFFERED_MS = 3500;

test('an agent that hears itself through a loudspeaker does not answer itself, and hears a caller who repeats its word over it', async () => {
  const { standIn, callers, worker } = stack();
  const friday = await utterance('Friday!');
  // Whatever is heard is transcribed as words of the agent's: an echo, or the caller's choice.
  standIn.control({
    stt: { always: 'this is the service line' },
    llm: { rules: [{ match: 'Friday', answer: ANSWER }], always: OFFER },
  });
  const caller = await callers.call({ loudspeaker: LOUDSPEAKER });
  const said = (text: string) => caller.transcripts.some((one) => one.final && one.text.trim() === text);
  await caller.until('the whole greeting', () => said(GREETING), SPEECH_WITHIN_MS);

  standIn.control({ stt: { always: QUESTION } });
  const question = await caller.speak(await utterance(QUESTION));
  const offeredAtMs = await caller.waitForSpeech({
    afterMs: question.lastVoicedAtMs,
    timeoutMs: SPEECH_WITHIN_MS,
  });
  standIn.control({ stt: { always: 'which of the two days' } });
  const isOffered = () => (caller.heard.endMs ?? 0) > offeredAtMs + OFFERED_MS;
  await caller.until('most of the offer', isOffered, SPEECH_WITHIN_MS);
  standIn.control({ stt: { always: 'Friday' } });
  const choice = await caller.speak(friday);
  const silentAtMs = await caller.waitForSilence({
    afterMs: choice.startedAtMs,
    timeoutMs: 10_000,
    quietMs: 300,
  });
  await caller.until('the answer to the choice', () => said(ANSWER), SPEECH_WITHIN_MS);

  const asked = standIn.requests('llm').map(({ details }) => details?.messages.at(-1)?.content);
  // More than once where a pause in the question was answered ahead of its end.
  expect([...new Set(asked)], 'what the model was asked').toEqual([QUESTION, 'Friday']);
  expect(silentAtMs - choice.startedAtMs, 'how long the agent talked over the caller').toBeLessThan(2500);
  expect(said(OFFER), 'the offer was said to its end').toBe(false);
  expect(worker.log.some(({ msg, reason }) => msg === 'transcript dropped' && reason === 'echo')).toBe(true);
});
