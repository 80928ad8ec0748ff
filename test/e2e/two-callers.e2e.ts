import { expect, test } from 'vitest';
import { answerAfter, askedWith, expectHeard, likeness, understand } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const WOMAN = { asks: 'When is my bill due this month?', hears: 'Your bill is due on Friday the third.' };
const MAN = {
  asks: 'How can I restart my router?',
  hears: 'Hold the small button at the back for ten seconds.',
};

const stack = useStack();

test('two callers at once are each understood and answered, and hear nothing of the other', async () => {
  const { standIn, callers } = stack();
  const [womansWords, mansWords] = await Promise.all([
    utterance(WOMAN.asks, 'en-gb+f3'),
    utterance(MAN.asks, 'en-us+m7'),
  ]);
  understand(standIn, { [WOMAN.asks]: womansWords, [MAN.asks]: mansWords });
  standIn.control({
    llm: {
      rules: [
        { match: 'bill', answer: WOMAN.hears },
        { match: 'router', answer: MAN.hears },
      ],
    },
  });
  const [woman, man] = await Promise.all([callers.call(), callers.call()]);
  const [womanAsked, manAsked] = await Promise.all([woman.speak(womansWords), man.speak(mansWords)]);
  const [toWoman, toMan] = await Promise.all([
    answerAfter(woman, womanAsked.lastVoicedAtMs),
    answerAfter(man, manAsked.lastVoicedAtMs),
  ]);

  await expectHeard(standIn, toWoman, [WOMAN.hears]);
  await expectHeard(standIn, toMan, [MAN.hears]);
  expect(await likeness(standIn, toWoman, MAN.hears)).toBeLessThan(0.5);
  expect(await likeness(standIn, toMan, WOMAN.hears)).toBeLessThan(0.5);
  expect(askedWith(standIn, 'bill')?.details?.messages.slice(1)).toEqual([
    { role: 'user', content: WOMAN.asks },
  ]);
  expect(askedWith(standIn, 'router')?.details?.messages.slice(1)).toEqual([
    { role: 'user', content: MAN.asks },
  ]);
  expect(woman.agents).toHaveLength(1);
  expect(man.agents).toHaveLength(1);
});
