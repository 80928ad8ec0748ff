import { describe, expect, test } from 'vitest';
import { type ChatMessage, OPENING, SILENCE, shaped } from '../../src/openai/chat-messages.ts';
import { chatMl, GEMMA_2, TEMPLATES } from '../helpers/chat-templates.ts';

const system = (content: string) => ({ role: 'system', content });
const user = (content: string) => ({ role: 'user', content });
const agent = (content: string) => ({ role: 'assistant', content });
const call = { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'bill', arguments: '{}' } }] };
const result = { role: 'tool', tool_call_id: 'a', content: '40' };

/** As the framework keeps them, in calls as they go. */
const CONVERSATIONS: Record<string, ChatMessage[]> = {
  'the greeting first': [system('Be brief.'), agent('Hello!'), user('My bill?')],
  'the caller first': [system('Be brief.'), user('My bill?')],
  'a greeting by instruction': [system('Be brief.\nGreet the caller.')],
  'a turn that was not answered': [system('Be brief.'), agent('Hello!'), user('My bill'), user('please')],
  'two answers in a row': [
    system('Be brief.'),
    user('Hi'),
    agent('Hello!'),
    agent('Are you still there?'),
    user('Yes'),
  ],
  'an instruction after an answer': [system('Be brief.'), user('Hi'), agent('Hello!')],
  'a system message in the middle': [
    system('Be brief.'),
    user('Hi'),
    agent('Hello!'),
    system('Speak Malay.'),
    user('Hai'),
  ],
  'two system messages first': [
    system('Be brief.'),
    { role: 'developer', content: 'Speak Malay.' },
    user('Hi'),
  ],
  'an empty answer': [system('Be brief.'), user('Hi'), agent(' '), user('Hello?')],
  'a tool': [system('Be brief.'), agent('Hello!'), user('My bill?'), call, result],
  'a tool and its answer': [
    system('Be brief.'),
    user('My bill?'),
    agent('One moment.'),
    call,
    result,
    agent('Forty.'),
    user('OK'),
  ],
  'no instructions': [agent('Hello!'), user('Hi')],
};

describe.each(Object.keys(TEMPLATES))('the template of %s', (name) => {
  // Gemma's know no tools.
  const known = Object.keys(CONVERSATIONS).filter((one) => name !== 'Gemma 3' || !one.startsWith('a tool'));
  test.each(known)('takes a call with %s', (conversation) => {
    expect(TEMPLATES[name]?.(shaped(CONVERSATIONS[conversation] ?? []))).toBeUndefined();
  });
});

test.each(Object.entries(CONVERSATIONS))('Gemma 2 takes it without a system role: %s', (name, messages) => {
  const shape = shaped(messages, true);
  // Its template knows no tools at all.
  if (!name.includes('tool')) expect(GEMMA_2(shape)).toBeUndefined();
  expect(shape.some(({ role }) => role === 'system')).toBe(false);
});

test('the rules refuse what the issue saw refused', () => {
  const greeted = CONVERSATIONS['the greeting first'] ?? [];
  const twice = [system('Be brief.'), user('a'), user('b')];
  expect(TEMPLATES['Mistral-Nemo']?.(greeted)).toMatch(/must alternate/);
  expect(TEMPLATES['Mistral Small 3.2, Ministral 3']?.(twice)).toMatch(/must alternate/);
  expect(TEMPLATES['Qwen3.5']?.([system('Be brief.')])).toBe('No user query found in messages.');
  expect(GEMMA_2(twice)).toBe('System role not supported');
});

test('the greeting stays an answer, after a neutral user message', () => {
  expect(shaped(CONVERSATIONS['the greeting first'] ?? [])).toEqual([
    system('Be brief.'),
    user(OPENING),
    agent('Hello!'),
    user('My bill?'),
  ]);
});

test('nothing is added to a call that needs nothing', () => {
  const plain = [system('Be brief.'), user('Hi'), agent('Hello!'), user('My bill?')];
  expect(shaped(plain)).toEqual(plain);
});

test('neighbours of one role become one message; calls of tools stay apart', () => {
  expect(
    shaped([
      system('a'),
      { role: 'developer', content: 'b' },
      user('c'),
      user('d'),
      agent('e'),
      call,
      result,
    ]),
  ).toEqual([system('a\n\nb'), user('c\nd'), { ...call, content: 'e' }, result]);
});

test('pictures are kept in a merged message', () => {
  const picture = { type: 'image_url', image_url: { url: 'data:' } };
  expect(shaped([user('look'), { role: 'user', content: [picture] }])).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'look' }, picture] },
  ]);
});

test('after an answer the user says nothing: servers would go on writing that answer', () => {
  expect(shaped(CONVERSATIONS['an instruction after an answer'] ?? []).at(-1)).toEqual(user(SILENCE));
});

test('a system message in the middle is told by the user’s role', () => {
  expect(shaped(CONVERSATIONS['a system message in the middle'] ?? []).at(-1)).toEqual(
    user('(new instructions)\nSpeak Malay.\nHai'),
  );
});

test('what is primed is the beginning of every request of the call', () => {
  const primed = shaped([system('Be brief.')]);
  const turns = [system('Be brief.'), agent('Hello!'), user('My bill?'), agent('Forty.'), user('Thanks')];
  for (const length of [3, 4, 5]) {
    expect(chatMl(shaped(turns.slice(0, length))).startsWith(chatMl(primed))).toBe(true);
  }
});
