import { expect, test } from 'vitest';
import { answerAfter, askedWith, expectHeard } from './hearing.ts';
import { useStack } from './stack.ts';

const stack = useStack();

test('a written question is answered by voice and in the transcript, and belongs to the conversation', async () => {
  const { standIn, callers } = stack();
  standIn.control({
    llm: {
      rules: [
        { match: 'kedai', answer: 'Our shop opens at nine in the morning.' },
        { match: 'Sunday', answer: 'On Sunday it is closed all day.' },
      ],
    },
  });
  const caller = await callers.call();
  const askedAtMs = performance.now();
  await caller.sendChat('Bila kedai buka?');
  await expectHeard(standIn, await answerAfter(caller, askedAtMs), [
    'Our shop opens at nine in the morning.',
  ]);

  const againAtMs = performance.now();
  await caller.sendChat('And on Sunday?');
  await expectHeard(standIn, await answerAfter(caller, againAtMs), ['On Sunday it is closed all day.']);
  expect(askedWith(standIn, 'Sunday')?.details?.messages.slice(1)).toEqual([
    { role: 'user', content: 'Bila kedai buka?' },
    { role: 'assistant', content: 'Our shop opens at nine in the morning.' },
    { role: 'user', content: 'And on Sunday?' },
  ]);
  const said = caller.transcripts.filter(({ final }) => final).map(({ text }) => text);
  expect(said).toEqual(['Our shop opens at nine in the morning.', 'On Sunday it is closed all day.']);
  expect(standIn.requests('stt')).toEqual([]);
});
