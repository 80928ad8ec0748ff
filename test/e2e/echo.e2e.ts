import { expect, test } from 'vitest';
import type { Sound } from '../../src/probe/wav.ts';
import type { StandIn } from '../../src/standin/server.ts';
import { answerAfter, expectHeard, SPEECH_WITHIN_MS } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const GREETING = 'Good morning, this is the service line, how can I help you today?';
const OFFER =
  'Our technician can come to your house on Friday or on Monday, which of the two days suits you better?';
const stack = useStack({
  profile: { llm: { tokensPerS: 40 }, tts: { realtimeFactor: 4 } },
  prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou are a test.` },
});
const QUESTION = 'Can somebody come to repair my line?';
const questions = (standIn: StandIn) =>
  standIn.requests('llm').map(({ details }) => details?.messages.at(-1)?.content);
/** The first echo of a call holds the agent's voice until it is transcribed. */
const QUIET_MS = 3000;
const LOUDSPEAKER = { echoDb: -12, delayMs: 250 };

test('an agent that hears itself through a loudspeaker is not answered, and a caller who repeats its word is', async () => {
  const { standIn, callers, worker } = stack();
  // What is said over or after the agent is always something that it said: an echo, or the caller's choice.
  standIn.control({ stt: { always: 'this is the service line' }, llm: { always: OFFER } });
  const caller = await callers.call({ loudspeaker: LOUDSPEAKER });
  const greeted = await caller.waitForSpeech({ afterMs: 0, timeoutMs: SPEECH_WITHIN_MS });
  await answerAfter(caller, greeted - 100, QUIET_MS);
  expect(standIn.requests('llm'), 'requests after the greeting').toHaveLength(0);

  standIn.control({ stt: { always: QUESTION } });
  const question = await caller.speak(await utterance(QUESTION));
  const offered = await caller.waitForSpeech({
    afterMs: question.lastVoicedAtMs,
    timeoutMs: SPEECH_WITHIN_MS,
  });
  standIn.control({ stt: { always: 'which of the two days' } });
  const offer: Sound = await answerAfter(caller, offered - 100, QUIET_MS);
  await expectHeard(standIn, offer, [OFFER]);
  // More than one where a pause in the question was answered ahead of its end.
  expect(new Set(questions(standIn)), 'what the model was asked').toEqual(new Set([QUESTION]));
  expect(worker.log.some(({ msg, reason }) => msg === 'transcript dropped' && reason === 'echo')).toBe(true);

  standIn.control({ stt: { always: QUESTION } });
  const again = await caller.speak(await utterance(QUESTION));
  const saidAgain = await caller.waitForSpeech({
    afterMs: again.lastVoicedAtMs,
    timeoutMs: SPEECH_WITHIN_MS,
  });
  await caller.until(
    'the days',
    () => caller.heard.endMs !== undefined && caller.heard.endMs > saidAgain + 3000,
    20_000,
  );
  standIn.control({ stt: { always: 'Friday' }, llm: { always: 'Then it is Friday.' } });
  const choice = await caller.speak(await utterance('Friday!'));
  await expectHeard(standIn, await answerAfter(caller, choice.lastVoicedAtMs), ['Then it is Friday.']);
  expect(questions(standIn).at(-1)).toBe('Friday');
});
