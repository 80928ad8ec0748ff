import { expect, test } from 'vitest';
import { PersonaError } from '../../src/errors.ts';
import { readPersona } from '../../src/persona/read.ts';
import { renderPersona } from '../../src/persona/render.ts';

const NAMED = '\nvariables: { name: caller }';
const read = (head: string) =>
  readPersona('prompts/shop.md', `---\n${head}\n---\nYou help.`, new Map()).persona;

function faultOf(head: string): string {
  try {
    read(head);
  } catch (error) {
    if (error instanceof PersonaError) return error.message;
  }
  throw new Error('nothing was wrong with it');
}

const TARGET = 'actions: { transfer: { targets: { billing: { number: "+60312345678" } } } }\n';

test('keys have a turn for the model, a text, a question, a target, or the end of the call', () => {
  const persona = read(
    `${TARGET}dtmf:
  1: I would like to hear my bill, {{name}}.
  2: { say: "We are open, {{name}}." }
  3: { ask: account }
  0: { transfer: billing }
  "*": { hang_up: true }
questions:
  account: { say: "Type your number, {{name}}.", digits: 8 }
  pin: { say: Type your PIN., secret: true, header: X-Pin, pause_ms: 5000 }${NAMED}`,
  );
  expect(renderPersona(persona, { name: 'Aisyah' }).keypad).toEqual({
    menu: {
      1: { turn: 'I would like to hear my bill, Aisyah.' },
      2: { say: 'We are open, Aisyah.' },
      3: { ask: 'account' },
      0: { transfer: 'billing' },
      '*': { hangUp: true },
    },
    questions: {
      account: { say: 'Type your number, Aisyah.', digits: 8, pauseMs: 3000, secret: false },
      pin: { say: 'Type your PIN.', secret: true, header: 'X-Pin', pauseMs: 5000 },
    },
  });
});

test('a prompt that says nothing of keys has none', () => {
  expect(read('description: x').keypad).toBeUndefined();
});

test.each([
  ['dtmf: { 12: Hello }', /shop\.md:2: dtmf\.12: want a key of the telephone: .*, got "12"/],
  ['dtmf: { 1: { sing: x } }', /dtmf\.1: want a text that the model answers, or one of \{say: …\}/],
  ['dtmf: { 1: { ask: pin } }', /shop\.md:2: dtmf\.1\.ask: want one of questions: \(none\), got "pin"/],
  [
    'dtmf: { 1: { transfer: billing } }',
    /dtmf\.1\.transfer: want a target of actions: transfer: targets: \(none\)/,
  ],
  ['questions: { pin: { digits: 4 } }', /questions\.pin\.say: want a text/],
  [
    'questions: { pin: { say: x, digits: 40 } }',
    /questions\.pin\.digits: want a whole number from 1 to 32, got 40/,
  ],
  [
    'questions: { pin: { say: x, secret: true } }',
    /questions\.pin\.secret: the model is not told the digits: name the header/,
  ],
  ['questions: { pin: { say: x, header: Pin } }', /questions\.pin\.header: want a header such as X-Account/],
])('%s is refused, with its line and what is wanted', (head, message) => {
  expect(faultOf(head)).toMatch(message);
});
