import { expect, test } from 'vitest';
import { answerAfter, expectHeard, SPEECH_WITHIN_MS } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const SENTENCES = [
  'There was once a fisherman who lived by the sea with his wife and three daughters.',
  'Every morning he rowed out before the sun rose, and every evening he came home with an empty net.',
  'One day he caught a golden fish that could speak, and it begged him to let it go.',
];

const stack = useStack({ profile: { tts: { realtimeFactor: 4 } } });

test('a description of a sound is not answered, and gives the agent its voice back', async () => {
  const { standIn, callers, worker } = stack();
  standIn.control({ stt: { always: '[Music]' }, llm: { always: SENTENCES.join(' ') } });
  const caller = await callers.call();
  const noise = await utterance('Hmm hmm hmm.');
  await caller.speak(noise);
  await worker.logged('transcript dropped', { matches: ({ reason }) => reason === 'annotation' });
  standIn.control({ stt: { always: '[BLANK_AUDIO] Tell me a story' } });
  const { lastVoicedAtMs } = await caller.speak(await utterance('Tell me a story please.'));
  const answeredAtMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: SPEECH_WITHIN_MS });
  standIn.control({ stt: { always: `${'Thank you. '.repeat(40)}` } });
  await caller.speak(noise);
  await worker.logged('transcript dropped', { matches: ({ reason }) => reason === 'repetition' });

  // The second sentence stops and goes on where the noise was.
  await expectHeard(standIn, await answerAfter(caller, answeredAtMs - 100), [SENTENCES.at(-1) ?? '']);
  const told = caller.transcripts.find(({ text }) => text.startsWith('There was once'));
  expect(told?.text.trim()).toBe(SENTENCES.join(' '));
  expect(standIn.requests('llm').map(({ details }) => details?.messages.at(-1)?.content)).toEqual([
    'Tell me a story',
  ]);
});
