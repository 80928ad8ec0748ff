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

test('a flood of messages is a few turns, a huge one is none; the writer is told, and answered again', async () => {
  const { standIn, callers, worker } = stack();
  standIn.control({ llm: { rules: [{ match: 'open', answer: 'We open at nine.' }], always: 'I see.' } });
  const caller = await callers.call();
  const sentFromMs = performance.now();
  await caller.sendChat('x'.repeat(1_000_000));
  for (let n = 1; n <= 100; n += 1) await caller.sendChat(`message ${n}`);
  const tookS = (performance.now() - sentFromMs) / 1000;
  const notices = () => caller.events.filter(({ type }) => type === 'notice').map(({ message }) => message);
  await caller.until('both notices', () => notices().length > 1, 20_000);
  expect(notices()[0]).toMatch(/^A message can have 8192 characters at most/);
  expect(notices()[1]).toMatch(/^These are too many messages/);
  await worker.logged('input refused', { matches: ({ reason }) => reason === 'size' });
  await worker.logged('input refused', { matches: ({ reason }) => reason === 'rate' });

  // The rate of messages lets the next one through.
  await caller.waitForSilence({ afterMs: performance.now(), timeoutMs: 20_000 });
  const askedAtMs = performance.now();
  await caller.sendChat('When do you open?');
  await expectHeard(standIn, await answerAfter(caller, askedAtMs), ['We open at nine.']);
  const asked = standIn.requests('llm');
  expect(asked.length, 'requests to the model').toBeLessThanOrEqual(4 + tookS);
  expect(JSON.stringify(asked)).not.toContain('xxxx');
});
