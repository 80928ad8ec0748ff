import { expect, test } from 'vitest';
import { voicedSpans } from '../../src/probe/measure.ts';
import { joined, type Sound, silence } from '../../src/probe/wav.ts';
import type { StandIn } from '../../src/standin/server.ts';
import { answerAfter, expectHeard, SPEECH_WITHIN_MS, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const stack = useStack({
  profile: { llm: { tokensPerS: 40 }, tts: { realtimeFactor: 4 } },
  // Room for a busy machine; requests are counted, and a late one would be made twice.
  // By the lists, who is unfinished is asked about later than others: `learned` asks at once, and makes a request for nothing.
  env: {
    TURN_DETECTION: 'words',
    ENDPOINTING_STATEMENT_MS: '1500',
    STT_HEDGE_AFTER_MS: '0',
    LLM_HEDGE_AFTER_MS: '0',
  },
});

/** One sentence in two parts, a pause between them. */
async function withPause(first: string, pauseMs: number, second: string): Promise<Sound> {
  const [a, b] = [await utterance(first), await utterance(second)];
  return joined(a, silence(pauseMs, a.sampleRate), b);
}

/** Hears the first text until so much audio has come, then the second. */
function understandBy(standIn: StandIn, seconds: number, first: string, both: string): void {
  standIn.answerTranscription(({ samples, sampleRate }) =>
    samples.length / sampleRate < seconds ? first : both,
  );
}

const secondsOf = ({ samples, sampleRate }: Sound) => samples.length / sampleRate;
const questions = (standIn: StandIn) =>
  standIn
    .requests('llm')
    .map(({ details, outcome }) => ({ said: details?.messages.at(-1)?.content, outcome }));

test('a caller who stops in the middle of a sentence is heard out', async () => {
  const { standIn, callers } = stack();
  const first = await utterance('I would like to');
  const sentence = await withPause('I would like to', 900, 'pay my bill for this month.');
  understandBy(
    standIn,
    secondsOf(first) + 1.2,
    'I would like to',
    'I would like to pay my bill for this month',
  );
  standIn.control({ llm: { always: 'Your bill for this month is ten ringgit and fifty sen.' } });
  const caller = await callers.call();
  const { lastVoicedAtMs, startedAtMs } = await caller.speak(sentence);
  await expectHeard(standIn, await answerAfter(caller, startedAtMs), [
    'Your bill for this month is ten ringgit and fifty sen.',
  ]);
  expect(caller.heard.speechAfter(startedAtMs), 'the answer begins after the sentence').toBeGreaterThan(
    lastVoicedAtMs,
  );
  expect(questions(standIn).at(-1)?.said).toBe('I would like to pay my bill for this month');
  expect(questions(standIn).filter(({ outcome }) => outcome === 'answered')).toHaveLength(1);
});

test('what was begun for the first half is ended at the endpoint when the caller goes on', async () => {
  const { standIn, callers } = stack();
  const first = await utterance('My line is down.');
  const sentence = await withPause('My line is down.', 1000, 'It started on Monday, can you help me?');
  const both = 'My line is down it started on Monday can you help me';
  understandBy(standIn, secondsOf(first) + 1.3, 'My line is down', both);
  standIn.control({
    profile: { llm: { ttftMs: 1500, tokensPerS: 40 } },
    llm: { always: 'I will have a look at your line right now.' },
  });
  const caller = await callers.call();
  const { startedAtMs } = await caller.speak(sentence);
  await expectHeard(standIn, await answerAfter(caller, startedAtMs), [
    'I will have a look at your line right now.',
  ]);
  const asked = questions(standIn);
  expect(asked[0]).toEqual({ said: 'My line is down', outcome: 'aborted' });
  expect(asked.filter(({ outcome }) => outcome === 'answered')).toEqual([
    { said: both, outcome: 'answered' },
  ]);
});

test('a listening noise makes the agent pause, not stop', async () => {
  const { standIn, callers } = stack();
  const story = [
    'There was once a fisherman who lived by the sea with his wife and three daughters.',
    'Every morning he rowed out before the sun rose, and every evening he came home with an empty net.',
  ].join(' ');
  standIn.control({ stt: { always: 'Tell me a story' }, llm: { always: story } });
  const caller = await callers.call();
  const question = await caller.speak(await utterance('Tell me a story please.'));
  await caller.waitForSpeech({
    afterMs: question.lastVoicedAtMs,
    timeoutMs: SPEECH_WITHIN_MS,
  });
  standIn.control({ stt: { always: 'Okay, okay, right.' } });
  const noise = await caller.speak(await utterance('Okay, okay, right.'));
  const spans = await caller.until(
    'the agent to pause and go on',
    () => {
      const sound = caller.heard.between(noise.startedAtMs);
      const found = voicedSpans(sound, { maxPauseMs: 150 });
      return found.length > 1 && found;
    },
    5000,
  );
  expect(spans[0]?.endMs, 'the agent falls silent while the caller speaks').toBeLessThan(
    noise.lastVoicedAtMs - noise.startedAtMs + 800,
  );
  await caller.until(
    'the end of the story',
    () => caller.transcripts.some(({ text, final }) => final && text === story),
    30_000,
  );
  expect(questions(standIn)).toHaveLength(1);
});

test('a slow transcriber is asked once a turn, until it is fast again', async () => {
  const { standIn, callers } = stack();
  standIn.control({
    profile: { stt: { latencyMs: 2500 } },
    stt: { always: 'What is my balance?' },
    llm: { always: 'Ten ringgit.' },
  });
  const caller = await callers.call();
  const sentence = await withPause('What is', 300, 'my balance?');
  const transcriptionsOf = async () => {
    const before = standIn.requests('stt').length;
    const { lastVoicedAtMs } = await caller.speak(sentence);
    await answerAfter(caller, lastVoicedAtMs);
    return standIn.requests('stt').length - before;
  };
  expect(await transcriptionsOf()).toBe(2);
  expect(await transcriptionsOf()).toBe(1);
  standIn.control({ profile: { stt: {} } });
  for (let turn = 0; turn < 3; turn += 1) await transcriptionsOf();
  expect(await transcriptionsOf()).toBe(2);
  expect(spokenTexts(standIn).length).toBeGreaterThan(5);
}, 120_000);
