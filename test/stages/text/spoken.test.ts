import { expect, test } from 'vitest';
import { SpokenText } from '../../../src/stages/text/spoken.ts';

function spokenOf(pieces: Iterable<string>): string {
  const spoken = new SpokenText();
  return ([...pieces].map((piece) => spoken.push(piece)).join('') + spoken.end()).trimEnd();
}

test.each([
  ['**Sure**, I *can* do _that_.', 'Sure, I can do that.'],
  ['***Very*** __important__ ~~note~~', 'Very important note'],
  ['# Title\n## Part\nText', 'Title\nPart\nText'],
  ['- one\n* two\n+ three\n• four', 'one\ntwo\nthree\nfour'],
  ['1. one\n2) two', '1. one\n2) two'],
  ['> quoted\n> > twice', 'quoted\ntwice'],
  ['Use `npm test` now', 'Use npm test now'],
  ['Look:\n```js\nlet a = 1;\n```\nDone', 'Look:\nDone'],
  ['Look:\n~~~\n# no\n~~~\nDone', 'Look:\nDone'],
  ['Never closed:\n```\nlet a', 'Never closed:'],
  ['See [our page](https://example.com/a_b) now', 'See our page now'],
  ['![A lamp](https://example.com/x.png) is red', 'A lamp is red'],
  ['An [aside] here', 'An aside here'],
  ['| Plan | Price |\n|---|---:|\n| Basic | RM30 |', 'Plan , Price \nBasic , RM30'],
  ['One\n---\nTwo\n* * *\nThree', 'One\nTwo\nThree'],
  ['Done 🎉! 👩‍👩‍👧 👋🏽 🇲🇾 1️⃣ ✅', 'Done ! 1'],
  ['© 2025 Contoh™', '© 2025 Contoh™'],
  ['Dial *124# or *100*2# now', 'Dial *124# or *100*2# now'],
  ['Press * to go back, # to go on', 'Press * to go back, # to go on'],
  ['It is 5*3, or **5** GB, or *5 GB*', 'It is 5*3, or 5 GB, or 5 GB'],
  ['first_last@example.com', 'first_last@example.com'],
  ['a \\* b \\_c\\_', 'a * b _c_'],
  ['-5 degrees, 3 - 2', '-5 degrees, 3 - 2'],
  ['  a\t\tb \u00a0c\r\n\n\n d', 'a b c\nd'],
  ['zero\u200bwidth\ufeff', 'zerowidth'],
  ['Wow! It is so!', 'Wow! It is so!'],
  ['*', ''],
])('%j is spoken as %j', (written, spoken) => {
  expect(spokenOf([written])).toBe(spoken);
  expect(spokenOf(written.split('')), 'one code unit at a time').toBe(spoken);
});

test('nothing is held back that cannot be markup', () => {
  const spoken = new SpokenText();
  expect(spoken.push('Sure!')).toBe('Sure!');
  expect(spoken.push(' **Your** bill')).toBe(' Your bill');
  expect(spoken.push('\n-')).toBe('\n');
  expect(spoken.push(' a')).toBe('a');
});
