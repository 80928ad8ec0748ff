import { expect, test } from 'vitest';
import { fixedPhrases } from '../../src/call/phrases.ts';
import type { Persona } from '../../src/persona/persona.ts';
import { renderPersona } from '../../src/persona/render.ts';

const template: Persona = {
  name: 'a',
  description: 'a',
  allowInterruptions: true,
  greeting: { text: 'Hi {{name | there}}!' },
  goodbye: 'Bye.',
  stillThere: 'Still there, {{name}}?',
  apology: 'Sorry.',
  fillers: ['Wait.', 'Hm, {{name}}.'],
  resumed: 'Back.',
  onFailure: 'continue',
  instructions: '-',
  variables: {},
  hash: '0123456789ab',
  file: 'prompts/a.md',
};
const fixedFor = (values: Record<string, string>) =>
  fixedPhrases(renderPersona(template, {}), renderPersona(template, values));

test('phrases that are the same for every caller are fixed, a greeting with its default name too', () => {
  expect(fixedFor({})).toEqual(['Sorry.', 'Wait.', 'Hm, .', 'Back.', 'Bye.', 'Still there, ?', 'Hi there!']);
});

test('what holds something of the caller is not', () => {
  expect(fixedFor({ name: 'Aisyah' })).toEqual(['Sorry.', 'Wait.', 'Back.', 'Bye.']);
});
