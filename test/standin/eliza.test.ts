import { expect, test } from 'vitest';
import { elizaAnswer, reflect } from '../../src/standin/eliza.ts';
import { english } from '../../src/standin/eliza-rules.ts';

const system = { role: 'system', content: 'You are a helper.\nGreet the caller.' };
const user = (content: string) => ({ role: 'user', content });
const known = { role: 'assistant', content: 'I am a stand-in model.' };
const answerTo = (content: string) => elizaAnswer([system, known, user(content)]);

test('the first answer of a conversation says that it is a stand-in without understanding, later ones do not', () => {
  const first = elizaAnswer([system, { role: 'assistant', content: 'Welcome!' }, user('I need help')]);
  expect(first).toBe(`${english.notice} Why do you want to help?`);
  expect(english.notice).toMatch(/stand-in.*no understanding/);
  const second = elizaAnswer([
    system,
    user('I need help'),
    { role: 'assistant', content: first },
    user('no'),
  ]);
  expect(second).toBe('Why not?');
});

test.each([
  ['I want to pay my bill.', 'Why do you want to pay your bill?'],
  ["I'm angry with you, and tired", 'How long have you been angry with I?'],
  ['My phone is broken', 'Tell me more about your phone is broken.'],
  ['Can you help me?', 'What would change if I could help you?'],
  ['What time is it?', 'What do you think yourself?'],
  ['thank you very much', 'You are welcome. What else is on your mind?'],
  ['Qwerty', 'Please tell me more.'],
  ['Saya nak bayar bil saya', 'Kenapa awak mahu bayar bil awak?'],
  ['Apa khabar?', 'Khabar baik. Awak pula bagaimana?'],
  ['terima kasih', 'Sama-sama. Ada apa-apa lagi?'],
])('«%s» is answered with «%s»', (said, answer) => {
  expect(answerTo(said)).toBe(answer);
});

test('an instruction to greet, with nothing said yet, gets a greeting', () => {
  expect(elizaAnswer([system])).toBe(`${english.notice} ${english.greeting}`);
});

test('the greeting is Malay where the instruction asks for Malay alone', () => {
  const greetIn = (language: string) =>
    elizaAnswer([{ role: 'system', content: `Greet the caller in ${language}.` }]);
  expect(greetIn('Malay')).toContain('Selamat datang');
  expect(greetIn('English or Malay')).toContain('Hello');
});

test('an unprompted reply in the middle asks for the caller, or says good-bye when told to', () => {
  const soFar = [user('hello'), known];
  expect(elizaAnswer([system, ...soFar])).toBe('Are you still there?');
  expect(elizaAnswer([{ role: 'system', content: 'You help.\nSay goodbye.' }, ...soFar])).toMatch(/Goodbye/);
});

test('the same rule does not give the same answer twice in a row', () => {
  const turn = [known, user('blah')];
  expect(elizaAnswer(turn)).not.toBe(elizaAnswer([...turn, ...turn]));
});

test('pronouns are turned round', () => {
  expect(reflect('my bill for me', english.reflections)).toBe('your bill for you');
});
