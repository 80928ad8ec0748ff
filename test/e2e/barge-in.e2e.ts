import { expect, test } from 'vitest';
import { answerAfter, askedWith, expectHeard, likeness, SPEECH_WITHIN_MS, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const SENTENCES = [
  'There was once a fisherman who lived by the sea with his wife and three daughters.',
  'Every morning he rowed out before the sun rose, and every evening he came home with an empty net.',
  'One day he caught a golden fish that could speak, and it begged him to let it go.',
  'It promised him three wishes in return, and the fisherman threw it back into the water.',
  'When he told his wife about it, she was angry and sent him out again in the storm.',
  'And that is how the lighthouse on the hill came to be built, and why it still stands.',
];
const STORY = SENTENCES.join(' ');

// As slow as real ones, so that an interrupted answer is still being written and spoken.
const stack = useStack({ profile: { llm: { tokensPerS: 25 }, tts: { realtimeFactor: 4 } } });

test('a caller who speaks stops a long answer, and the model is told only what was heard of it', async () => {
  const { standIn, callers } = stack();
  standIn.control({
    stt: { always: 'Tell me a story' },
    llm: {
      rules: [
        { match: 'story', answer: STORY },
        { match: 'balance', answer: 'Your balance is ten ringgit.' },
      ],
    },
  });
  const caller = await callers.call();
  const question = await caller.speak(await utterance('Tell me a story please.'));
  const answeredAtMs = await caller.waitForSpeech({
    afterMs: question.lastVoicedAtMs,
    timeoutMs: SPEECH_WITHIN_MS,
  });
  await caller.until(
    'the second sentence of the story',
    () => caller.transcripts.some(({ text }) => text.includes('Every morning')),
    20_000,
  );
  standIn.control({ stt: { always: 'Stop, what is my balance?' } });
  const interruption = await caller.speak(await utterance('Stop, what is my balance?'));
  const stoppedAtMs = await caller.waitForSilence({ afterMs: answeredAtMs, timeoutMs: 10_000, quietMs: 300 });
  expect(stoppedAtMs - interruption.startedAtMs, 'how long the agent talked over the caller').toBeLessThan(
    1500,
  );

  const heard = await answerAfter(caller, interruption.lastVoicedAtMs);
  await expectHeard(standIn, heard, ['Your balance is ten ringgit.']);

  const said = askedWith(standIn, 'balance')?.details?.messages.find(({ role }) => role === 'assistant');
  const told = said?.content.trim() ?? '';
  expect(told.length).toBeGreaterThan(SENTENCES[0]?.length ?? 0);
  expect(STORY.startsWith(told), `the model was told: ${told}`).toBe(true);
  const story = caller.heard.between(answeredAtMs - 300, stoppedAtMs + 300);
  await expectHeard(standIn, story, [SENTENCES[0] ?? '']);
  const unheard = SENTENCES.filter((sentence) => !told.includes(sentence.slice(0, 12)));
  expect(unheard.length, 'sentences that were never reached').toBeGreaterThanOrEqual(3);
  for (const sentence of unheard) expect(await likeness(standIn, story, sentence)).toBeLessThan(0.6);

  const published = caller.transcripts.find(({ text }) => text.startsWith('There was once'));
  expect(published?.final).toBe(true);
  expect(published?.text.startsWith(told) || told.startsWith(published?.text.trim() ?? '?')).toBe(true);
  expect(Math.abs((published?.text.length ?? 0) - told.length), 'characters, a word or two').toBeLessThan(20);
});

test('requests for an answer that nobody wants any more are ended', async () => {
  const { standIn, callers } = stack();
  standIn.control({ stt: { always: 'Tell me a story' }, llm: { always: STORY } });
  standIn.answerChat(({ messages }) => (messages.at(-1)?.content.includes('Stop') ? 'Fine.' : undefined));
  const caller = await callers.call();
  const question = await caller.speak(await utterance('Tell me a story please.'));
  await caller.waitForSpeech({ afterMs: question.lastVoicedAtMs, timeoutMs: SPEECH_WITHIN_MS });
  standIn.control({ stt: { always: 'Stop' } });
  const interruption = await caller.speak(await utterance('Stop, that is enough.'));
  await answerAfter(caller, interruption.lastVoicedAtMs);

  const story = standIn
    .requests('llm')
    .filter(({ details }) => !details?.messages.at(-1)?.content.includes('Stop'));
  expect(story.at(-1)?.outcome).toBe('aborted');
  expect(standIn.counts('llm').pending + standIn.counts('tts').pending).toBe(0);
  expect(spokenTexts(standIn).join(' ')).not.toContain('lighthouse');
});

test('a caller who goes on as the answer begins was cut off: one turn, one answer, no trace of the dropped one', async () => {
  const { standIn, callers } = stack();
  standIn.control({
    stt: { always: 'I want to know' },
    llm: {
      rules: [
        { match: 'balance', answer: 'Your balance is ten ringgit.' },
        { match: 'know', answer: STORY },
      ],
    },
  });
  const caller = await callers.call();
  const opening = await caller.speak(await utterance('I want to know.'));
  const answeredAtMs = await caller.waitForSpeech({
    afterMs: opening.lastVoicedAtMs,
    timeoutMs: SPEECH_WITHIN_MS,
  });
  standIn.control({ stt: { always: 'what my balance is?' } });
  const rest = await caller.speak(await utterance('What my balance is?'));
  const heard = await answerAfter(caller, rest.lastVoicedAtMs);
  expect(rest.startedAtMs - answeredAtMs, 'went on in time').toBeLessThan(600);
  await expectHeard(standIn, heard, ['Your balance is ten ringgit.']);
  const told = askedWith(standIn, 'balance')?.details?.messages.filter(({ role }) => role !== 'system') ?? [];
  const since = told.slice(told.findIndex(({ content }) => content.includes('know')));
  expect(since.map(({ role, content }) => `${role}: ${content}`)).toEqual([
    'user: I want to know what my balance is?',
  ]);
});
