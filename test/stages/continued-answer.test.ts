import { expect, test } from 'vitest';
import { Continuation } from '../../src/stages/continued-answer.ts';
import { WholeWords } from '../../src/stages/text/whole-words.ts';
import { charactersRead } from '../helpers/linear.ts';

const followed = (said: string, ...texts: string[]) => {
  const continuation = new Continuation(said);
  return said + texts.map((text) => continuation.push(text)).join('') + continuation.end();
};

test.each([
  ['It is due', ['on', ' Friday.'], 'It is due on Friday.'],
  ['It is due ', [' on Friday.'], 'It is due on Friday.'],
  ['It is due', [', I think.'], 'It is due, I think.'],
  ['Pay seventy. It is due', ['It is', ' due on Friday.'], 'Pay seventy. It is due on Friday.'],
  ['Pay seventy. It is due', ['pay seventy. It', ' is due on Friday.'], 'Pay seventy. It is due on Friday.'],
  ['Pay seventy. It is due', ['It isn’t', ' open.'], 'Pay seventy. It is due It isn’t open.'],
  ['It is due on Friday.', ['It is', ' due on Friday.'], 'It is due on Friday.'],
  ['It is due on Friday.', [], 'It is due on Friday.'],
  ['账单', ['是七十'], '账单是七十'],
])('after «%s» comes %j without what was said', (said, texts, all) => {
  expect(followed(said, ...texts)).toBe(all);
});

test.each([
  [['It', ' is', ' due', ' on', ' the', ' twen'], 'It is due on the '],
  [['It', ' is seventy', '.'], 'It is seventy.'],
  [['账单', '是七十'], '账单是七十'],
  [['a ', 'x'.repeat(40)], `a ${'x'.repeat(40)}`],
])('of %j nothing but whole words is passed on before its end', (texts, given) => {
  const words = new WholeWords();
  expect(texts.map((text) => words.push(text)).join('')).toBe(given);
  expect(given + words.end()).toBe(texts.join(''));
});

test('both read texts of any length in linear time', () => {
  const read = (length: number) =>
    charactersRead(() => {
      const words = new WholeWords();
      const continuation = new Continuation('a'.repeat(length));
      for (let at = 0; at < length; at += 10) continuation.push(words.push('a'.repeat(10)));
    });
  expect(read(20_000)).toBeLessThan(2.5 * read(10_000));
});
