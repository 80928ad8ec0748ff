import { expect, test } from 'vitest';
import { FINISHED, UNFINISHED } from '../../src/openai/end-mark.ts';
import type { Marking } from '../../src/standin/end-marks.ts';
import { callOver, GREETING, INSTRUCTIONS, openMarkedCall } from '../helpers/marked-call.ts';
import { perTest } from '../helpers/per-test.ts';

const call = perTest(openMarkedCall, ({ standIn }) => standIn.close());

/** What the model answers, and how it keeps to the mark. */
const answers = (always: string, marking: Marking) =>
  call.standIn.control({ llm: { always }, profile: { llm: { marking } } });
const hasMark = (text: string) => text.includes(FINISHED) || text.includes(UNFINISHED);
const answersIn = (messages: { role: string; content?: string }[] = []) =>
  messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);

test('the mark is asked for at the end of the instructions, which stay the same for the whole call', async () => {
  answers('Sure.', { mode: 'always', unfinished: 'number is' });
  await call.turn('My number is');
  await call.turn('Pay my bill.');
  const instructions = call.sent().map(([first]) => first);
  expect(instructions[0]?.role).toBe('system');
  expect(instructions[0]?.content?.startsWith(`${INSTRUCTIONS}\n\n`)).toBe(true);
  expect(hasMark(instructions[0]?.content ?? '')).toBe(true);
  expect(instructions[1]).toEqual(instructions[0]);
});

test('it is cut out of the answer, and told with the first token of it', async () => {
  answers('It is ten ringgit.', { mode: 'always', unfinished: 'number is' });
  expect(await call.turn('My number is')).toEqual({
    shown: 'It is ten ringgit.',
    heard: ['It is ten ringgit.'],
  });
  expect(await call.turn('My bill?')).toMatchObject({ shown: 'It is ten ringgit.' });
  expect(call.judged.map(({ isFinished }) => isFinished)).toEqual([false, true]);
  expect(call.awaited).toEqual(['unfinished', 'finished']);
});

test('earlier answers are sent with their marks, the greeting too; the chat has none', async () => {
  answers('Sure.', { mode: 'always', unfinished: 'number is' });
  await call.turn('My number is');
  await call.turn('Pay my bill.');
  await call.turn('Thank you.');
  expect(answersIn(call.sent().at(-1))).toEqual([`● ${GREETING}`, '○ Sure.', '● Sure.']);
  expect(hasMark(JSON.stringify(call.chatCtx.toJSON()))).toBe(false);
});

test('what an earlier request had is the beginning of the next one, as the model wrote it', async () => {
  answers('Sure.', { mode: 'always', unfinished: 'number is' });
  await call.turn('My number is');
  await call.turn('Pay my bill.');
  const [first = [], second = []] = call.sent();
  expect(second.slice(0, first.length)).toEqual(first);
  expect(second[first.length]).toEqual({ role: 'assistant', content: '○ Sure.' });
});

test('without a mark in 3 of the first 5 answers none is asked for any more, which is said once', async () => {
  const memory = call.memory;
  answers('Sure.', { mode: 'never' });
  for (const said of ['One?', 'Two?', 'Three?']) await call.turn(said);
  expect(call.leftOut).toHaveLength(1);
  expect(call.awaited).toEqual(['missing', 'missing', 'missing']);
  expect(memory.learned.endMarks).toBe('left-out');
  await call.turn('Four?');
  expect(hasMark(JSON.stringify(call.sent().slice(0, 3)))).toBe(true);
  expect(hasMark(JSON.stringify(call.sent()[3]))).toBe(false);
  const later = callOver(call.standIn, {}, memory);
  await later.turn('Five?');
  expect(hasMark(JSON.stringify(later.sent()[4]))).toBe(false);
  expect([...call.leftOut, ...later.leftOut]).toHaveLength(1);
});

test('an endpoint that wrote 3 of the first 5 is asked on, whatever follows', async () => {
  const { memory } = call;
  for (const mode of ['never', 'always', 'never', 'always', 'always', 'never', 'never', 'never'] as const) {
    answers('Sure.', { mode });
    await call.turn('My bill?');
  }
  expect(memory.learned.endMarks).toBe('written');
  expect(call.leftOut).toEqual([]);
  expect(call.judged).toHaveLength(3);
  expect(hasMark(JSON.stringify(call.sent().at(-1)))).toBe(true);
});

test('what is written, and what nobody said, is expected to have none; a mark is cut out there, too', async () => {
  const { memory } = call;
  answers('Sure.', { mode: 'never' });
  await call.answer();
  for (const said of ['One?', 'Two?', 'Three?', 'Four?']) await call.turn(said, true);
  expect(memory.learned.endMarks).toBeUndefined();
  answers('Sure.', { mode: 'always' });
  expect((await call.turn('Five?', true)).shown).toBe('Sure.');
  expect((await call.answer()).shown).toBe('Sure.');
});

test('an answer that is gone on with after it broke off says so once', async () => {
  const { standIn } = call;
  answers('And by mail.', { mode: 'always', unfinished: 'bill is$' });
  standIn.control({ llm: { answers: ['Your bill is on its way to you by post.'] } });
  standIn.control({ faults: { llm: [{ cutAfterBytes: 1200, times: 1 }] } });
  const { shown } = await call.turn('My bill is');
  expect(shown).toMatch(/^Your .*And by mail\.$/);
  expect(hasMark(shown)).toBe(false);
  expect(call.sent()).toHaveLength(2);
  expect(call.judged.map(({ isFinished }) => isFinished)).toEqual([false]);
});

test('an answer that is only a mark is asked for once more', async () => {
  call.standIn.control({ llm: { answers: ['○', '○ Sure.'] } });
  expect((await call.turn('My bill')).shown).toBe('Sure.');
});

test('where it is not wanted no mark is asked for, and text is left as it is', async () => {
  const off = callOver(call.standIn, { LLM_JUDGES_TURNS: 'false' });
  answers('● is a circle.', { mode: 'always' });
  expect((await off.turn('What is that?')).shown).toBe('● is a circle.');
  expect(hasMark(JSON.stringify(off.sent()))).toBe(false);
  expect(off.judged).toEqual([]);
});

test.each(['always', 'half', 'never'] as const)(
  'in 100 turns with a model that writes it %s no mark is heard, shown or kept',
  async (mode) => {
    const { standIn } = call;
    let heard = 0;
    for (let at = 0; at < 10; at += 1) {
      const one = callOver(standIn, {});
      for (let turn = 0; turn < 10; turn += 1) {
        answers(ANSWERS[(at + turn) % ANSWERS.length] ?? '', { mode, unfinished: '7$' });
        const answer = await one.turn(`This is number ${at * 10 + turn}`);
        heard += answer.heard.length;
        expect(hasMark(JSON.stringify([answer, one.chatCtx.toJSON()])), JSON.stringify(answer)).toBe(false);
        expect(answer.shown.replace(/\s+/g, ' ').trim()).toBe(ANSWERS[(at + turn) % ANSWERS.length]);
      }
    }
    expect(heard).toBeGreaterThan(100);
  },
);

const ANSWERS = [
  'It is ten ringgit. It is due on Friday.',
  'Baik, saya semak sekarang.',
  'One moment please. I am looking at your account, which has three bills. The last one is from May.',
  'Yes.',
  '"Fair usage" means 20 gigabytes a month.',
];
