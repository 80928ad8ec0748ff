import { expect, test } from 'vitest';
import { KeypadReader, type Typed, turnOf } from '../../src/call/keypad.ts';
import type { DigitQuestion, KeyAction, Keypad } from '../../src/persona/keypad-matter.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const question = (more: Partial<DigitQuestion> = {}): DigitQuestion => ({
  ...{ say: 'Type it.', pauseMs: 5000, secret: false },
  ...more,
});
const KEYPAD: Keypad = {
  menu: { 1: { turn: 'My bill, please.' }, '#': { hangUp: true } },
  questions: {
    account: question({ digits: 4, header: 'X-Account' }),
    pin: question({ secret: true, header: 'X-Pin' }),
  },
};

function reading(keypad: Keypad | undefined = KEYPAD) {
  const clock = manualClock();
  const did: (KeyAction | Typed)[] = [];
  const note = (what: KeyAction | Typed) => void did.push(what);
  const reader = new KeypadReader({ keypad, clock, onKey: note, onTyped: note });
  const press = (keys: string) => {
    for (const key of keys) reader.press(key);
  };
  return { reader, clock, did, press };
}

test('a key of the menu acts at once; within a number it is a digit', () => {
  const { press, did } = reading();
  press('1');
  press('91#');
  expect(did).toEqual([{ turn: 'My bill, please.' }, { digits: '91', question: undefined, isSecret: false }]);
});

test('a number ends with hash, or with a pause after its last key', () => {
  const { press, did, clock } = reading({ menu: {}, questions: {} });
  press('#12345#');
  press('67');
  clock.advance(2900);
  press('8');
  clock.advance(2900);
  expect(did).toHaveLength(1);
  clock.advance(100);
  expect(did).toMatchObject([{ digits: '12345' }, { digits: '678' }]);
});

test('a number is never longer than 32 digits', () => {
  const { press, did } = reading();
  press('9'.repeat(40));
  expect(did).toMatchObject([{ digits: '9'.repeat(32) }]);
});

test('keys after a question are its answer, those of the menu too; it ends with as many digits as it wants, or its own pause', () => {
  const { reader, press, did, clock } = reading();
  reader.ask('account');
  press('1111');
  reader.ask('account');
  press('12');
  clock.advance(5000);
  expect(did).toMatchObject([
    { digits: '1111', question: 'account' },
    { digits: '12', question: 'account' },
  ]);
  expect(reader.headers).toEqual({ 'X-Account': '12' });
});

test('of a secret nothing is in the turn, and its sound is silenced while it is typed and for a moment longer', () => {
  const { reader, press, did, clock } = reading();
  reader.ask('pin');
  expect([reader.isSecret, reader.isTypingSecret]).toEqual([true, false]);
  press('97');
  expect(reader.isTypingSecret).toBe(true);
  press('31#');
  expect(reader.isTypingSecret).toBe(true);
  clock.advance(1000);
  expect([reader.isSecret, reader.isTypingSecret]).toEqual([false, false]);
  expect(did).toEqual([{ digits: '9731', question: 'pin', isSecret: true }]);
  expect(turnOf(did[0] as Typed)).toBe('I have typed the digits on my telephone (pin): digits received.');
  expect(turnOf(did[0] as Typed, 'ms-MY')).not.toMatch(/\d/);
  expect(reader.headers).toEqual({ 'X-Pin': '9731' });
});

test('for another caller all is forgotten', () => {
  const { reader, press, did, clock } = reading();
  reader.ask('account');
  press('1234');
  reader.ask('pin');
  press('9');
  reader.reset();
  clock.advance(60_000);
  press('1');
  expect(did.at(-1)).toEqual({ turn: 'My bill, please.' });
  expect(did).toHaveLength(2);
  expect(reader.headers).toEqual({});
});

test('what is typed is a turn in the first person, in the language of the prompt', () => {
  const typed = { digits: '12345', isSecret: false, question: undefined };
  expect(turnOf(typed)).toBe('I have typed 12345 on my telephone.');
  expect(turnOf({ ...typed, question: 'account' })).toBe('I have typed 12345 on my telephone (account).');
  expect(turnOf(typed, 'ms')).toBe('Saya telah menaip 12345 pada telefon saya.');
});
