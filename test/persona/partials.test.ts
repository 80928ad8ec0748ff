import { expect, test } from 'vitest';
import { resolveParts } from '../../src/persona/partials.ts';

const body = (text: string) => ({ file: 'prompts/a.md', text, firstLine: 4 });
const parts = (texts: Record<string, string>) =>
  new Map(
    Object.entries(texts).map(([name, text]) => [name, { file: `prompts/${name}.md`, text, firstLine: 1 }]),
  );
const none = new Set<string>();

test('a part takes the place of its tag, parts of parts too', () => {
  const shared = parts({ _style: 'Be brief.\n{{> _numbers }}\n', _numbers: '\nRead digits.\n' });
  expect(resolveParts(body('You help.\n\n{{> _style }}\nBye.'), shared, none)).toBe(
    'You help.\n\nBe brief.\nRead digits.\nBye.',
  );
});

test('the same part may stand twice', () => {
  expect(resolveParts(body('{{> _a }} {{> _a }} {{> _b }}'), parts({ _a: 'A', _b: '{{> _a }}' }), none)).toBe(
    'A A A',
  );
});

test('variables stay for the call to fill', () => {
  const text = '{{name | you}} {{city}} {{> _p }}';
  expect(resolveParts(body(text), parts({ _p: '{{ city }}' }), new Set(['city']))).toBe(
    '{{name | you}} {{city}} {{ city }}',
  );
});

test('a missing part is an error on the line of its tag that lists the parts there are', () => {
  const shared = parts({ _style: 'x', _numbers: 'y' });
  expect(() => resolveParts(body('one\n{{> _stile }}'), shared, none)).toThrow(
    'prompts/a.md:5: no part _stile.md; there are: _numbers, _style',
  );
});

test('parts that include each other are an error that names the chain', () => {
  const shared = parts({ _a: '\n{{> _b }}', _b: '{{> _c }}', _c: '\n\n{{> _a }}' });
  expect(() => resolveParts(body('{{> _a }}'), shared, none)).toThrow(
    'prompts/_c.md:3: parts include each other: _a → _b → _c → _a',
  );
});

test('a variable without any default is an error in the file where it stands', () => {
  expect(() => resolveParts(body('ok\n\n{{name}}'), parts({}), none)).toThrow(
    'prompts/a.md:6: variable {{name}} has no default',
  );
  expect(() => resolveParts(body('{{> _p }}'), parts({ _p: 'ok\n{{who}}' }), none)).toThrow(
    'prompts/_p.md:2: variable {{who}} has no default',
  );
});

test('parts that include others twice, and those others too, are an error before they fill the memory', () => {
  const names = Array.from({ length: 40 }, (_, index) => `_p${index}`);
  const doubling = names.map((name, index) => [name, `x\n{{> _p${index + 1} }}{{> _p${index + 1} }}`]);
  const shared = parts({ ...Object.fromEntries(doubling), _p40: 'end' });
  expect(() => resolveParts(body('one\n{{> _p0 }}'), shared, none)).toThrow(
    /^prompts\/_p\d+\.md:2: with \{\{> _p\d+ \}\} the parts are longer than 500000 characters$/,
  );
  expect(() => resolveParts(body('one\n{{> _long }}'), parts({ _long: 'a'.repeat(500_001) }), none)).toThrow(
    'prompts/a.md:5: with {{> _long }} the parts are longer than 500000 characters',
  );
});

test('front matter takes no parts', () => {
  expect(() => resolveParts(body('greeting: {{> _p }}'), undefined, none)).toThrow(
    'prompts/a.md:4: {{> _p }} belongs below the front matter',
  );
});
