import { expect, test } from 'vitest';
import { answerAfter, askedWith, expectHeard, likeness, spokenTexts, understand } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const QUESTION = 'Is my data plan still active?';
const ANSWER = 'Yes, your plan is active until the end of March. It has forty gigabytes left.';
const OTHER = 'I am sorry, we are closed today. Please call again tomorrow morning.';
const VOICE = 'en-gb+f2';

const stack = useStack({
  prompts: {
    default: ['---', 'language: en', `voice: ${VOICE}`, 'variables:', '  company: Contoh Telecom', '---']
      .concat('You answer for {{company}}. The caller is {{name | unknown}}.')
      .join('\n'),
  },
});

test('the caller is understood, the model asked, and its answer heard by voice', async () => {
  const { standIn, callers } = stack();
  const question = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: question });
  standIn.control({ llm: { rules: [{ match: 'data plan', answer: ANSWER }] } });

  const caller = await callers.call({ identity: 'caller-web' });
  const { lastVoicedAtMs } = await caller.speak(question);
  const heard = await answerAfter(caller, lastVoicedAtMs);

  const asked = askedWith(standIn, QUESTION)?.details?.messages;
  expect(asked?.map(({ role }) => role)).toEqual(['system', 'user']);
  expect(asked?.[0]?.content).toBe('You answer for Contoh Telecom. The caller is unknown.');
  expect(asked?.[1]?.content).toBe(QUESTION);

  expect(spokenTexts(standIn).join(' ')).toBe(ANSWER);
  await expectHeard(standIn, heard, spokenTexts(standIn), { voice: VOICE });
  expect(await likeness(standIn, heard, OTHER, { voice: VOICE })).toBeLessThan(0.5);
});
