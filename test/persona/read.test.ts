import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readPersona } from '../../src/persona/read.ts';
import { renderPersona } from '../../src/persona/render.ts';

const read = (content: string, parts: Record<string, string> = {}) =>
  readPersona(
    'prompts/phone.md',
    content,
    new Map(
      Object.entries(parts).map(([name, text]) => [name, { file: `prompts/${name}.md`, text, firstLine: 1 }]),
    ),
  );

test('a plain text file is a persona with its file name and defaults', () => {
  expect(read('Be kind.\n').persona).toEqual({
    name: 'phone',
    description: 'phone',
    allowInterruptions: true,
    goodbye: 'Thank you for calling. Goodbye.',
    stillThere: 'Are you still there?',
    apology: expect.stringContaining('Sorry'),
    fillers: ['One moment, please.', 'Just a second.', 'Bear with me, please.'],
    resumed: expect.stringContaining('cut off'),
    here: 'I am here.',
    transferring: expect.stringContaining('putting you through'),
    transferFailed: expect.stringContaining('still here'),
    transferWaiting: expect.stringContaining('telling them'),
    transferAccept: expect.stringContaining('Press 1'),
    transferStay: expect.stringContaining('Stay on the line'),
    unheard: expect.stringContaining('cannot hear'),
    onFailure: 'continue',
    instructions: 'Be kind.',
    variables: {},
    hash: expect.stringMatching(/^[0-9a-f]{12}$/),
    file: 'prompts/phone.md',
  });
});

test('front matter sets what it names', () => {
  const { persona } = read(
    '---\nlanguage: ms\nvoice: v\ntemperature: 0\nmax_tokens: 9\nallow_interruptions: false\ngoodbye: Jumpa lagi\n---\nx',
  );
  expect(persona).toMatchObject({
    language: 'ms',
    voice: 'v',
    temperature: 0,
    maxTokens: 9,
    allowInterruptions: false,
  });
  expect(persona.goodbye).toBe('Jumpa lagi');
});

test('spoken texts are Malay for a Malay prompt unless the file has its own', () => {
  expect(read('---\nlanguage: ms-MY\n---\nx').persona.apology).toMatch(/^Maaf/);
  expect(read('---\nlanguage: en-MS\n---\nx').persona.apology).toMatch(/^Sorry/);
  const malay = read('---\nlanguage: ms\n---\nx').persona;
  expect(malay.fillers).toContain('Sebentar, ya.');
  expect(malay.resumed).toMatch(/^Maaf/);
  const own = read('---\nlanguage: ms\nfillers: [Kejap, Tunggu]\nresumed: Saya kembali\n---\nx').persona;
  expect(own).toMatchObject({ fillers: ['Kejap', 'Tunggu'], resumed: 'Saya kembali' });
});

test('a prompt may want no fillers, and a good-bye after a failure', () => {
  expect(read('---\nfillers: []\non_failure: goodbye\n---\nx').persona).toMatchObject({
    fillers: [],
    onFailure: 'goodbye',
  });
});

test('a greeting is a text to say, an instruction to the model, or absent', () => {
  expect(read('---\ngreeting: Hello\n---\nx').persona.greeting).toEqual({ text: 'Hello' });
  expect(read('---\ngreeting:\n  instruction: Greet\n---\nx').persona.greeting).toEqual({
    instruction: 'Greet',
  });
  expect(read('---\ngreeting:\n---\nx').persona).not.toHaveProperty('greeting');
});

test('the hash follows the file and its parts', () => {
  const hash = (text: string, part: string) => read(text, { _p: part }).persona.hash;
  const before = hash('A {{> _p }}', 'one');
  expect(hash('A {{> _p }}', 'one')).toBe(before);
  expect(hash('A {{> _p }}', 'two')).not.toBe(before);
  expect(hash('B {{> _p }}', 'one')).not.toBe(before);
  expect(hash('---\nvoice: v\n---\nA {{> _p }}', 'one')).not.toBe(before);
});

test('the resolved text alone gives the same persona again', () => {
  const first = read('---\n# why\ngreeting: Hi {{n}}\nvariables: {n: you}\n---\n\nA {{> _p }}\n', {
    _p: 'B {{n}}',
  });
  expect(read(first.text)).toEqual(first);
});

test('a file without instructions is an error below its front matter', () => {
  expect(() => read('---\nvoice: v\n---\n \n')).toThrow('prompts/phone.md:4: no instructions');
});

test('variables in spoken texts need defaults too', () => {
  expect(() => read('---\nvoice: v\ngreeting: Hi {{name}}\n---\nx')).toThrow(
    'prompts/phone.md:3: variable {{name}}',
  );
});

test('a file name that dispatch metadata could not say is an error', () => {
  expect(() => readPersona('prompts/my prompt.md', 'x', new Map())).toThrow(
    'prompts/my prompt.md:1: a prompt file',
  );
});

const shipped = readdirSync('prompts').filter((name) => !name.startsWith('_'));

test.each(shipped)('the shipped prompt %s is complete and spoken, without markdown', (file) => {
  const content = (name: string) => readFileSync(`prompts/${name}`, 'utf8');
  const style = { file: 'prompts/_spoken-style.md', text: content('_spoken-style.md'), firstLine: 1 };
  const { persona } = readPersona(`prompts/${file}`, content(file), new Map([['_spoken-style', style]]));
  const filled = renderPersona(persona, {});
  expect(filled.instructions).toContain('You are on a live voice call');
  expect(filled.description).not.toBe(filled.name);
  expect(filled.greeting).toBeDefined();
  expect(JSON.stringify(filled)).not.toMatch(/\{\{|\}\}|\*\*|^[#*-] /m);
});
