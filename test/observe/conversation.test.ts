import { expect, test } from 'vitest';
import type { CallEvent } from '../../src/observe/call-events.ts';
import { ConversationRecord, isOfConversation } from '../../src/observe/conversation.ts';

const at = { callId: 'AJ_1', atMs: 5000 } as const;
const started = (piiCaller = 'ann', atMs = 5000) =>
  ({
    type: 'started',
    prompt: 'default',
    promptHash: 'abc',
    via: 'web',
    piiCaller,
    callId: 'AJ_1',
    atMs,
  }) as const;
const said = (role: string, piiText: string) =>
  ({ type: 'said', role, piiText, interrupted: false, createdAtMs: 6000, measured: {}, ...at }) as const;

test('a conversation is what both said to each other, with whom, since when', () => {
  const record = new ConversationRecord();
  expect(record.get()).toBeUndefined();
  record.take(started());
  record.take(said('user', 'When are you open?'));
  record.take(said('assistant', 'From nine to five.'));
  record.take({ type: 'turn', turn: 1, parts: {}, interrupted: false, ...at });
  record.take(said('developer', 'Greet the caller.'));
  record.take(said('assistant', ''));
  expect(record.get()).toEqual({
    piiCaller: 'ann',
    startedAtMs: 5000,
    turns: 1,
    said: [
      { role: 'user', piiText: 'When are you open?', interrupted: false, createdAtMs: 6000 },
      { role: 'assistant', piiText: 'From nine to five.', interrupted: false, createdAtMs: 6000 },
    ],
  });
});

test('a call that goes on keeps its first start', () => {
  const record = new ConversationRecord();
  record.take(started('ann', 1000));
  record.take(said('user', 'Hello?'));
  record.take({ ...started('ann', 9000), goesOn: true });
  expect(record.get()).toMatchObject({ startedAtMs: 1000, said: [{ piiText: 'Hello?' }] });
});

test('a call that starts anew, for somebody else, has nothing of what was said before', () => {
  const record = new ConversationRecord();
  record.take(started('ann', 1000));
  record.take(said('user', 'Hello?'));
  record.take(started('bob', 9000));
  expect(record.get()).toEqual({ piiCaller: 'bob', startedAtMs: 9000, turns: 0, said: [] });
});

test('another caller of the same call is told nothing of what was said before', () => {
  const record = new ConversationRecord();
  record.take(started());
  record.take(said('user', 'My number is 7.'));
  record.take({ type: 'caller-changed', piiCaller: 'bob', ...at });
  record.take({ ...said('assistant', 'Your number is 7, and'), createdAtMs: 4999 });
  record.take(said('user', 'Hello?'));
  expect(record.get()).toMatchObject({ piiCaller: 'bob', said: [{ piiText: 'Hello?' }] });
});

test('beyond its bounds the oldest messages go', () => {
  const record = new ConversationRecord({ messages: 3, bytes: 10 });
  record.take(started());
  for (const text of ['a', 'b', 'c', 'd']) record.take(said('user', text));
  expect(record.get()?.said.map(({ piiText }) => piiText)).toEqual(['b', 'c', 'd']);
  record.take(said('user', 'éééé'));
  expect(record.get()?.said.map(({ piiText }) => piiText)).toEqual(['c', 'd', 'éééé']);
  record.take(said('user', 'far too long for it'));
  expect(record.get()?.said).toEqual([]);
});

test('the question that keys are to answer is kept until it is answered, and for nobody else', () => {
  const record = new ConversationRecord();
  record.take(started());
  record.take({ type: 'digits-asked', question: 'pin', ...at });
  const kept = record.get();
  expect(kept).toMatchObject({ question: 'pin' });
  const next = new ConversationRecord();
  if (kept) next.restore(kept);
  next.take({ ...started(), goesOn: true });
  expect(next.get()).toMatchObject({ question: 'pin' });
  next.take({ type: 'digits-typed', question: 'pin', count: 4, ...at });
  expect(next.get()).not.toHaveProperty('question');
  record.take({ type: 'caller-changed', piiCaller: 'ann', ...at });
  expect(record.get()).not.toHaveProperty('question');
});

test('of a call’s events it wants four kinds', () => {
  const events: CallEvent[] = [started(), said('user', 'Hi'), { type: 'agent-heard', ...at }];
  expect(events.filter(isOfConversation).map(({ type }) => type)).toEqual(['started', 'said']);
});

test('a turn that ended too early is taken back with its answer, and said again with the rest', () => {
  const record = new ConversationRecord();
  record.take(started());
  record.take({ ...said('assistant', 'Hello.'), createdAtMs: 5500 });
  record.take(said('user', 'Can you'));
  record.take({ ...said('assistant', 'Sure, wh'), createdAtMs: 6400 });
  record.take({ type: 'cut-off', sinceMs: 6000, ...at });
  record.take({ type: 'cut-off', sinceMs: undefined, ...at });
  record.take({ ...said('user', 'Can you help me?'), createdAtMs: 8000 });
  expect(record.get()?.said.map(({ piiText }) => piiText)).toEqual(['Hello.', 'Can you help me?']);
});
