import { expect, test } from 'vitest';
import { PersonaError } from '../../src/errors.ts';
import { parseFrontMatter, splitFrontMatter } from '../../src/persona/front-matter.ts';

const parse = (yaml: string) => parseFrontMatter({ file: 'prompts/a.md', text: yaml, firstLine: 2 }, 'a');

function faultOf(yaml: string): PersonaError {
  try {
    parse(yaml);
  } catch (error) {
    if (error instanceof PersonaError) return error;
  }
  throw new Error('nothing was wrong with it');
}

test('a file is cut at its two dashed lines and each half knows its first line', () => {
  const { head, body } = splitFrontMatter(
    'a.md',
    '---\nvoice: alloy\nlanguage: en\n---\nBe kind.\n---\nStill body.',
  );
  expect(head).toEqual({ file: 'a.md', text: 'voice: alloy\nlanguage: en', firstLine: 2 });
  expect(body).toEqual({ file: 'a.md', text: 'Be kind.\n---\nStill body.', firstLine: 5 });
});

test('a byte order mark and Windows line ends change nothing', () => {
  const unix = splitFrontMatter('a.md', '---\nvoice: x\n---\nHi');
  expect(splitFrontMatter('a.md', '\uFEFF---\r\nvoice: x\r\n---\r\nHi')).toEqual(unix);
});

test('a file without front matter is all body', () => {
  expect(splitFrontMatter('a.md', 'Be kind.').body).toEqual({ file: 'a.md', text: 'Be kind.', firstLine: 1 });
});

test('front matter that is never closed is an error on the line where it begins', () => {
  expect(() => splitFrontMatter('a.md', '---\nvoice: x\nBe kind.')).toThrow(/^a\.md:1: .*no closing "---"/);
});

test('every key is understood', () => {
  const yaml = [
    'name: a',
    'description: An example',
    'language: en-MY',
    'voice: af_heart',
    'greeting: { instruction: Greet them }',
    'temperature: 0.4',
    'max_tokens: 120',
    'extra_body: { llm: { chat_template_kwargs: { enable_thinking: false } }, tts: { lang_code: e } }',
    'allow_interruptions: false',
    'goodbye: Bye',
    'still_there: Hello?',
    'apology: Sorry',
    'fillers: [One moment, Just a second]',
    'resumed: I was cut off',
    'on_failure: goodbye',
    'variables: { name: there, floor: 3, vip: false, note: }',
  ].join('\n');
  expect(parse(yaml)).toEqual({
    name: 'a',
    description: 'An example',
    language: 'en-MY',
    voice: 'af_heart',
    greeting: { instruction: 'Greet them' },
    temperature: 0.4,
    max_tokens: 120,
    extra_body: { llm: { chat_template_kwargs: { enable_thinking: false } }, tts: { lang_code: 'e' } },
    allow_interruptions: false,
    goodbye: 'Bye',
    still_there: 'Hello?',
    apology: 'Sorry',
    fillers: ['One moment', 'Just a second'],
    resumed: 'I was cut off',
    on_failure: 'goodbye',
    variables: { name: 'there', floor: '3', vip: 'false', note: '' },
  });
});

test('actions are read with their numbers as they are dialled', () => {
  const yaml = [
    'actions:',
    '  hang_up: true',
    '  transfer:',
    '    targets:',
    '      billing: { number: "+60 (3) 1234-5678", when: questions on bills, say: To billing }',
    '      desk: { number: "1001", warm: true }',
    '      alone: { number: "1002", warm: true, accept: stay }',
    'on_failure: transfer',
  ].join('\n');
  expect(parse(yaml).actions).toEqual({
    hangUp: true,
    sendDigits: false,
    targets: {
      billing: { number: '+60312345678', when: 'questions on bills', say: 'To billing' },
      desk: { number: '1001', warm: true },
      alone: { number: '1002', warm: true, accept: 'stay' },
    },
  });
});

test('empty front matter, and keys without a value, leave the defaults', () => {
  const defaults = { allow_interruptions: true, on_failure: 'continue', variables: {} };
  expect(parse('')).toEqual(defaults);
  expect(parse('# only a comment')).toEqual(defaults);
  expect(parse('voice:\ngreeting: null\nallow_interruptions:')).toEqual(defaults);
});

test.each([
  ['an unknown key', 'voice: x\n# note\nvoise: x', 4, 'unknown key "voise"; known: name, description'],
  ['an unknown key further in', 'greeting:\n  instruction: Hi\n  tone: warm', 4, 'unknown key "tone"'],
  [
    'a wrong type',
    'voice: x\nvoice_: 1\nmax_tokens: lots',
    3,
    'line 4: max_tokens: want a whole number above 0, got "lots"',
  ],
  ['a number out of range', '\ntemperature: 2.5', 3, 'temperature: want a number from 0 to 2, got 2.5'],
  ['a text in place of true or false', 'allow_interruptions: maybe', 2, 'want true or false, got "maybe"'],
  ['a language that is no code', 'language: english', 2, 'want a language code such as en, ms'],
  ['a greeting of another shape', 'greeting:\n  say: hi', 2, 'greeting: want a text, or "instruction: …"'],
  [
    'how a transfer is accepted that is not warm',
    'actions: { transfer: { targets: { desk: { number: "1001", accept: stay } } } }',
    2,
    'is for warm transfers: add "warm: true"',
  ],
  ['an empty text', 'voice: x\ngoodbye: ""', 3, 'goodbye: want a text that is not empty'],
  [
    'fillers that are one text',
    'fillers: Hm',
    2,
    'fillers: want a list of 2 to 10 texts, or [] for none, got "Hm"',
  ],
  [
    'one filler, which would be said twice in a row',
    'fillers: [Hm]',
    2,
    'fillers: want a list of 2 to 10 texts',
  ],
  [
    'a filler without words',
    'fillers:\n  - Hm\n  - ""',
    2,
    'fillers.1: want a text that is not empty, got ""',
  ],
  ['more fillers than are kept', `fillers: [${'Hm, '.repeat(11)}]`, 2, 'fillers: want a list of 2 to 10'],
  [
    'another end of a failure',
    'on_failure: hang up',
    2,
    'on_failure: want continue, goodbye or transfer, got "hang up"',
  ],
  ['a transfer to nobody', 'voice: x\non_failure: transfer', 3, 'transfer needs a target'],
  [
    'a number that YAML takes for one',
    'actions:\n  transfer:\n    targets:\n      desk: { number: 999 }',
    5,
    'actions.transfer.targets.desk.number: want a number in quotation marks',
  ],
  ['no target', 'actions:\n  transfer:\n    targets: {}', 4, 'want names with their numbers'],
  ['an action that there is not', 'actions:\n  pay: true', 3, 'unknown key "pay"'],
  [
    'a variable with a space in its name',
    'variables:\n  ok: 1\n  two words: 2',
    4,
    'want a variable name, got "two words"',
  ],
  [
    'a variable that is a list',
    'variables:\n  ok: 1\n  list: [1]',
    4,
    'variables.list: want a text, number or true/false',
  ],
  [
    'a name that is not the file',
    'voice: x\nname: b',
    3,
    'name: want "a" as the file is called, or no name, got "b"',
  ],
  ['a list in place of keys', '- voice', 2, 'want "key: value" lines'],
  ['a YAML syntax error', 'voice: x\ngoodbye: "Bye', 3, 'YAML: Missing closing "quote'],
  ['the same key twice', 'voice: x\nvoice: y', 3, 'YAML: Map keys must be unique'],
  ['an unknown YAML tag', 'description: x\nvoice: !env FOO', 3, 'YAML: Unresolved tag: !env'],
])('%s is an error on its own line', (_what, yaml, line, problem) => {
  const fault = faultOf(yaml);
  expect(fault.message).toContain(problem);
  expect(fault.message).toMatch(new RegExp(`^prompts/a\\.md:${line}: `));
  expect(fault).toMatchObject({ file: 'prompts/a.md', line });
});

test('all faults are named at once, the first line first', () => {
  const fault = faultOf('speed: 2\ntemperature: hot\nvoice: [a]');
  expect(fault.line).toBe(2);
  expect(fault.message).toMatch(/unknown key "speed".*; line 3: temperature: .*; line 4: voice: /);
});

test.each([
  ['extra_body: 7', 'extra_body: '],
  ['voice: x\nextra_body:\n  llm: [1]', 'extra_body.llm: '],
  ['voice: x\nextra_body:\n  llm: { model: qwen }', 'other than model'],
  ['voice: x\nextra_body:\n  lmm: { top_k: 5 }', 'unknown key "lmm"'],
])('fields for a server that cannot be are refused on their line: %s', (yaml, words) => {
  const { message, line } = faultOf(yaml);
  expect(message).toContain(words);
  expect(line).toBe(yaml.split('\n').length + 1);
});
