import { llm } from '@livekit/agents';
import { expect, test } from 'vitest';
import { summaryOf } from '../../src/call/summary.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const LAST = 'And the number is on my contract.';

function history(said: readonly [llm.ChatRole, string][]) {
  const chat = llm.ChatContext.empty();
  for (const [role, content] of said) chat.addMessage({ role, content });
  return chat;
}
const SAID = history([
  ['system', 'You are a secret.'],
  ['assistant', 'How may I help?'],
  ['user', 'I want to pay my bill.'],
  ['user', LAST],
]);

/** A model that says these pieces; `asked` has what it was told. */
function modelOf(pieces: () => AsyncGenerator<string>) {
  const asked: llm.ChatContext[] = [];
  let isClosed = false;
  const model = {
    chat({ chatCtx }: { chatCtx: llm.ChatContext }) {
      asked.push(chatCtx);
      return {
        close: () => {
          isClosed = true;
        },
        async *[Symbol.asyncIterator]() {
          for await (const content of pieces()) yield { id: '1', delta: { role: 'assistant', content } };
        },
      };
    },
  } as unknown as llm.LLM;
  return { model, asked, isClosed: () => isClosed };
}

function summarised(pieces: () => AsyncGenerator<string>, said = SAID) {
  const [clock, over, fake] = [manualClock(), new AbortController(), modelOf(pieces)];
  return {
    ...fake,
    clock,
    text: summaryOf({ model: fake.model, history: said, clock, signal: over.signal }),
  };
}

test('the model tells in one line what was said, and is not told its own instructions', async () => {
  const { text, asked, isClosed } = summarised(async function* () {
    yield 'The caller wants\n';
    yield 'to pay.';
  });
  expect(await text).toBe('The caller wants to pay.');
  const told = asked[0]?.items.map((item) => (item.type === 'message' ? item.textContent : '')).join('|');
  expect(told).toContain('Caller: I want to pay my bill.');
  expect(told).not.toContain('secret');
  expect(isClosed()).toBe(true);
});

test('a model that goes on and on is cut at a word', async () => {
  const { text } = summarised(async function* () {
    for (;;) yield 'sentence without end ';
  });
  expect((await text).length).toBeLessThanOrEqual(320);
  expect(await text).toMatch(/(?:sentence|without|end)$/);
});

test('a model that fails or says nothing leaves what the caller said last', async () => {
  const failing = summarised(async function* () {
    yield '';
    throw new Error('gone');
  });
  expect(await failing.text).toBe(LAST);
  expect(await summarised(async function* () {}).text).toBe(LAST);
});

test('a model that is late leaves the same, and is asked no more', async () => {
  const { text, clock, isClosed } = summarised(async function* () {
    await new Promise(() => {});
  });
  await clock.waitsFor(6000);
  clock.advance(6000);
  expect(await text).toBe(LAST);
  expect(isClosed()).toBe(true);
});

test('nobody is asked where nothing was said', async () => {
  const { text, asked } = summarised(async function* () {}, history([['system', 'You help.']]));
  expect(await text).toBe('');
  expect(asked).toEqual([]);
});
