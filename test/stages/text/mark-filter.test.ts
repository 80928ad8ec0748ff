import { expect, test } from 'vitest';
import { MarkFilter } from '../../../src/stages/text/mark-filter.ts';
import { charactersRead, endlessTexts } from '../../helpers/linear.ts';

function filtered(...pieces: string[]) {
  const filter = new MarkFilter();
  const text = pieces.map((piece) => filter.push(piece)).join('') + filter.end();
  return { text, isFinished: filter.isFinished, isKnown: filter.isKnown };
}

const FORMS: [written: string, text: string, isFinished: boolean | undefined][] = [
  ['● Your bill is ten ringgit.', 'Your bill is ten ringgit.', true],
  ['○ And what is the number?', 'And what is the number?', false],
  ['●Sure.', 'Sure.', true],
  ['\n ○\n\nSure.', 'Sure.', false],
  ['**●** Sure, **now**.', 'Sure, **now**.', true],
  ['[○] Sure.', 'Sure.', false],
  ['"●" "Sure" is a word.', '"Sure" is a word.', true],
  ['`●` Sure.', 'Sure.', true],
  ['●\ufe0f Sure.', 'Sure.', true],
  ['●● Sure.', 'Sure.', true],
  ['○ ● Sure.', 'Sure.', false],
  ['● Sure.\n● Anything else?', 'Sure.\nAnything else?', true],
  ['Sure ● I can.', 'Sure I can.', undefined],
  ['Sure.● I can. ○', 'Sure. I can. ', undefined],
  ['Sure.', 'Sure.', undefined],
  ['  "Sure," he said.', '  "Sure," he said.', undefined],
  ['*Sure*', '*Sure*', undefined],
  ['((((((((●', '((((((((', undefined],
  ['**', '**', undefined],
  ['●', '', true],
  ['', '', undefined],
];

test.each(FORMS)('%j is heard as %j', (written, text, isFinished) => {
  expect(filtered(written)).toMatchObject({ text, isFinished });
});

test.each(FORMS)('%j is the same wherever it is cut', (written, text, isFinished) => {
  for (let at = 0; at <= written.length; at += 1)
    expect(filtered(written.slice(0, at), written.slice(at))).toMatchObject({ text, isFinished });
  expect(filtered(...written)).toMatchObject({ text, isFinished });
});

test('text that cannot become a mark is passed on at once, character by character', () => {
  const filter = new MarkFilter();
  const out = [...'Sure ● ok'].map((char) => filter.push(char));
  expect(out).toEqual(['S', 'u', 'r', 'e', ' ', '', '', 'o', 'k']);
});

test('it is known with the mark, and with the first character that no mark follows', () => {
  expect(filtered(' *').isKnown).toBe(false);
  expect(filtered(' *○').isKnown).toBe(true);
  expect(filtered(' *S').isKnown).toBe(true);
});

test.each(endlessTexts(20_000))('each character is read a few times at most: %s', (_, text) => {
  const filter = new MarkFilter();
  const read = charactersRead(() => {
    for (const char of text) filter.push(char);
    filter.end();
  });
  expect(read).toBeLessThan(8 * text.length + 1000);
});
