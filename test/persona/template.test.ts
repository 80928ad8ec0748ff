import { expect, test } from 'vitest';
import { replaceTags } from '../../src/persona/template.ts';
import { growth } from '../helpers/linear.ts';

const source = (text: string, firstLine = 1) => ({ file: 'a.md', text, firstLine });

test('each tag is handed over once, with its line', () => {
  const seen: unknown[] = [];
  const text = 'Hi {{name}}\n{{ sip.phoneNumber | no number, sorry }} {{x|}}\n\n{{> _style }}';
  const result = replaceTags(source(text, 10), (tag, line) => {
    seen.push([tag, line]);
    return '<{{name}}>';
  });
  expect(seen).toEqual([
    [{ variable: 'name', fallback: undefined }, 10],
    [{ variable: 'sip.phoneNumber', fallback: 'no number, sorry' }, 11],
    [{ variable: 'x', fallback: '' }, 11],
    [{ part: '_style' }, 13],
  ]);
  expect(result).toBe('Hi <{{name}}>\n<{{name}}> <{{name}}>\n\n<{{name}}>');
});

test('braces that are no tags stay as they are', () => {
  const text = 'Answer {"a": {"b": 1}} and { {x} }';
  expect(replaceTags(source(text), () => 'never')).toBe(text);
});

test.each([
  ['{{#if name}}', '{{#if name}} is not a tag'],
  ['{{}}', '{{}} is not a tag'],
  ['{{two words}}', '{{two words}} is not a tag'],
  ['{{> ../secret }}', '{{> ../secret }} is not a tag'],
  ['{{name}', '"{{" is not closed'],
  ['{{name\n}}', '"{{" is not closed'],
])('%j is an error on its line', (tag, problem) => {
  expect(() => replaceTags(source(`fine\n{{ok}} ${tag}`, 5), () => '')).toThrow(`a.md:6: ${problem}`);
});

test('a long prompt is filled in time in proportion to its length', () => {
  const fill = (length: number) => replaceTags(source('{{name}}\n'.repeat(length)), () => 'x');
  expect(growth(fill, 5000)).toBeLessThan(8);
  const unclosed = (length: number) => {
    expect(() => replaceTags(source('{{{'.repeat(length)), () => 'x')).toThrow('is not closed');
  };
  expect(growth(unclosed, 5000)).toBeLessThan(8);
}, 30_000);
