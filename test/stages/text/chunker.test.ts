import { expect, test } from 'vitest';
import { type Chunk, Chunker } from '../../../src/stages/text/chunker.ts';
import { SpokenText } from '../../../src/stages/text/spoken.ts';
import { charactersRead, endlessTexts, growth, inPieces } from '../../helpers/linear.ts';
import { CHUNK_CASES } from './chunk-cases.ts';

const marked = (chunks: Chunk[]) =>
  chunks.map(({ text, endsSentence }) => (endsSentence ? text : `${text} >`));

/** The chunks of a text that comes in these pieces. */
function chunksOf(pieces: readonly string[]): string[] {
  const chunker = new Chunker({ firstWords: 6 });
  return marked([...pieces.flatMap((piece) => chunker.push(piece)), ...chunker.end()]);
}

/** Pieces of 1 to 8 code units, the same for the same seed. */
function pieces(text: string, seed: number): string[] {
  const cut: string[] = [];
  let state = seed;
  for (let at = 0; at < text.length; at += cut.at(-1)?.length ?? 1) {
    state = (state * 48_271) % 2_147_483_647;
    cut.push(text.slice(at, at + 1 + (state % 8)));
  }
  return cut;
}

test('there are many cases', () => expect(CHUNK_CASES.length).toBeGreaterThanOrEqual(48));

test.each(CHUNK_CASES)('%s', (_, written, chunks) => {
  expect(chunksOf([written])).toEqual(chunks);
  expect(chunksOf(written.split('')), 'one character at a time').toEqual(chunks);
  for (let seed = 1; seed <= 20; seed += 1) {
    expect(chunksOf(pieces(written, seed)), `pieces of seed ${seed}`).toEqual(chunks);
  }
});

test('the chunks together are the spoken text', () => {
  const said = (text: string) => text.replace(/https?:\/\//g, '').replace(/[^\p{L}\p{M}\p{N}%+@/=]/gu, '');
  for (const [, written] of CHUNK_CASES) {
    const spoken = new SpokenText();
    const whole = spoken.push(written) + spoken.end();
    const together = chunksOf([written]).map((chunk) => chunk.replace(/ >$/, ''));
    expect(said(together.join(''))).toBe(said(whole));
  }
});

test.each([
  'Sure,',
  'How are you today?',
  'Anything else!',
  'Your plan is active.',
  'I see;',
  'Ya, betul.',
  '谢谢。',
  'نعم،',
])('%s is certain without the next character', (written) => {
  expect(marked(new Chunker({ firstWords: 6 }).push(written)).length).toBeGreaterThan(0);
});

test.each(['You owe RM 12.', 'Hello Dr.', 'Ask 3,', 'Visit example.', 'At 15:', 'It is No.', 'Wait -'])(
  '%s may go on, and waits for more',
  (written) => expect(new Chunker({ firstWords: 6 }).push(written)).toEqual([]),
);

test('when nothing more comes, what may be said is released, and no more', () => {
  const chunker = new Chunker({ firstWords: 6 });
  expect(chunker.push('Come at 3 p.m.')).toEqual([]);
  expect(marked(chunker.release())).toEqual(['Come at 3 p.m.']);
  expect(chunker.push(' Is that')).toEqual([]);
  expect(chunker.release()).toEqual([]);
  expect(marked(chunker.push(' right?'))).toEqual(['Is that right?']);
});

test('an amount is not released while its cents may still come', () => {
  const chunker = new Chunker({ firstWords: 6 });
  expect(chunker.push('You owe RM 12.')).toEqual([]);
  expect(chunker.release()).toEqual([]);
  expect(marked([...chunker.push('50'), ...chunker.end()])).toEqual(['You owe RM 12.50']);
});

test('a clause that was too short for a request is released when nothing more comes', () => {
  const chunker = new Chunker({ firstWords: 6 });
  expect(marked(chunker.push('Sure, Ali, your'))).toEqual(['Sure, >']);
  expect(marked(chunker.release())).toEqual(['Ali, >']);
  expect(marked(chunker.push(' plan is fine.'))).toEqual(['your plan is fine.']);
});

test('the first chunk is as long as asked for', () => {
  const words = 'please tell me what happened today after lunch when everybody left';
  const first = (firstWords: number) => new Chunker({ firstWords }).push(words)[0]?.text;
  expect(first(3)).toBe('please tell me');
  expect(first(8)).toBe('please tell me what happened today after lunch');
});

test('each character is looked at a bounded number of times, whatever the model repeats', () => {
  for (const [name, text] of endlessTexts(8000)) {
    const read = charactersRead(() => chunksOf(inPieces(text, 64)));
    expect(read / text.length, name).toBeLessThan(700);
  }
}, 30_000);

test.each([1, 7, 64])(
  '100,000 characters in pieces of %i take time in proportion',
  (size) => {
    for (const [name, text] of endlessTexts(100_000).slice(-4)) {
      const ratio = growth((length) => chunksOf(inPieces(text.slice(0, length), size)), 25_000);
      expect(ratio, name).toBeLessThan(8);
    }
  },
  30_000,
);

test('chunks are bounded, hold something to say, and are the same however an endless text is cut', () => {
  for (const [name, text] of endlessTexts(5000)) {
    const chunks = chunksOf([text]);
    expect(Math.max(0, ...chunks.map((chunk) => chunk.length)), name).toBeLessThanOrEqual(1002);
    expect(
      chunks.filter((chunk) => !/[\p{L}\p{N}]/u.test(chunk)),
      name,
    ).toEqual([]);
    for (const size of [1, 7, 64]) expect(chunksOf(inPieces(text, size)), `${name}, ${size}`).toEqual(chunks);
  }
}, 30_000);

test('what comes after endless punctuation is spoken', () => {
  for (const mark of ['!', '…', '-', '.', '🎉', '*', '|']) {
    const chunks = chunksOf(inPieces(`${mark.repeat(20_001)}\nHello there.`, 64));
    expect(chunks.at(-1), mark).toBe('Hello there.');
  }
});
