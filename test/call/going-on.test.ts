import { expect, test } from 'vitest';
import { chatOf, goingOnWith, lastedMs } from '../../src/call/going-on.ts';
import { keptCall } from '../helpers/kept-call.ts';

const goesOn = { ...keptCall([['user', 'My number is 7.']]), brokeAtMs: 700 };
const caller = (identity: string) => ({ identity, name: '', via: 'web', attributes: {} }) as const;

test('a call goes on with the caller whom it had; somebody else in the room is told nothing of it', () => {
  expect(goingOnWith(caller('caller'), goesOn)).toBe(goesOn);
  expect(goingOnWith(caller('somebody else'), goesOn)).toBeUndefined();
});

test('the model is given the words so far, and the call counts from its first start', () => {
  const [message] = chatOf(goesOn.conversation.said).items;
  expect(message).toMatchObject({ role: 'user', content: ['My number is 7.'], createdAt: 1000 });
  expect([lastedMs(goesOn), lastedMs(undefined)]).toEqual([200, 0]);
});
