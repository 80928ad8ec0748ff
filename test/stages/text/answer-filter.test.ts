import { describe, expect, test } from 'vitest';
import { MARKER_FAMILIES } from '../../../src/openai/special-tokens.ts';
import { AnswerFilter, type AnswerMemory } from '../../../src/stages/text/answer-filter.ts';
import { charactersRead, endlessTexts, inPieces } from '../../helpers/linear.ts';
import { FILTER_CASES } from './filter-cases.ts';

const fresh = (): AnswerMemory => ({ untaggedThoughts: false });

function spokenOf(pieces: Iterable<string>, memory = fresh(), isCutShort = false) {
  const filter = new AnswerFilter(memory);
  const spoken = [...pieces].map((piece) => filter.push(piece)).join('') + filter.end(isCutShort);
  return { spoken, saw: filter.saw, memory };
}

/** The whole text, each way to cut it in two, and single code units. */
function* cuts(text: string): Generator<string[]> {
  yield [text];
  yield text.split('');
  for (let at = 1; at < text.length; at += 1) yield [text.slice(0, at), text.slice(at)];
}

test.each(FILTER_CASES)('%s', (_, written, wanted) => {
  for (const pieces of cuts(written)) expect(spokenOf(pieces).spoken, pieces.join('│')).toBe(wanted);
});

const markersOf = (kind: string) =>
  MARKER_FAMILIES.flatMap(({ markers }) =>
    Object.entries(markers).flatMap(([key, list]) => (key === kind ? list.split(' ') : [])),
  );

describe('every marker of the table', () => {
  test.each(markersOf('token'))('%s alone is removed', (marker) => {
    for (const pieces of cuts(`${marker}Hello${marker} there.${marker}`)) {
      expect(spokenOf(pieces).spoken).toBe('Hello there.');
    }
  });

  test.each(markersOf('thought').filter((marker) => !/channel/.test(marker)))('%s hides thoughts', (open) => {
    const family = MARKER_FAMILIES.find(({ markers }) => markers.thought?.split(' ').includes(open));
    const at = family?.markers.thought?.split(' ').indexOf(open) ?? 0;
    const close = family?.markers.thoughtEnd?.split(' ')[at] ?? '';
    for (const pieces of cuts(`${open}\nHm, <b>.\n${close}\n\nHello.`)) {
      const { spoken, saw, memory } = spokenOf(pieces);
      expect(spoken).toBe('Hello.');
      expect(saw).toMatchObject({ thoughts: 10, thoughtsGivenOut: 0, thinkingOff: family?.thinkingOff });
      expect(memory.untaggedThoughts).toBe(false);
    }
    expect(spokenOf([`Hello. ${open}Hm`]).spoken, 'never closed').toBe('Hello. ');
  });

  test.each(markersOf('thoughtEnd'))('%s alone tells that all before it was thought', (close) => {
    for (const pieces of cuts(`Hm, they greet.\n${close}\n\nHello.`)) {
      const memory = fresh();
      const first = spokenOf(pieces, memory);
      expect(first.spoken.endsWith('Hello.')).toBe(true);
      expect(first.saw.thoughtsGivenOut).toBe(16);
      expect(memory.untaggedThoughts).toBe(true);
      const second = spokenOf(pieces, memory);
      expect(second.spoken).toBe('Hello.');
      expect(second.saw).toMatchObject({ thoughts: 16, thoughtsGivenOut: 0 });
      expect(memory.untaggedThoughts).toBe(true);
    }
  });

  test.each(markersOf('call'))('%s hides the call of a tool', (open) => {
    for (const pieces of cuts(`One moment.${open}{"name": "x", "arguments": {}}`)) {
      const { spoken, saw } = spokenOf(pieces);
      expect(spoken).toBe('One moment.');
      expect(saw.toolCalls).toBe(30);
    }
  });

  test.each(markersOf('callEnd'))('%s ends the call of a tool', (close) => {
    for (const pieces of cuts(`<tool_call>{"name": "x"}${close}\nHello.${close}`)) {
      expect(spokenOf(pieces).spoken).toBe('Hello.');
    }
  });

  test.each(markersOf('otherSpeaker'))('%s: what others say is dropped', (marker) => {
    for (const pieces of cuts(`Hello.${marker}What is my bill?</s>It is`)) {
      expect(spokenOf(pieces).spoken).toBe('Hello.');
    }
  });

  test.each(markersOf('header'))('%s tells who speaks', (marker) => {
    for (const pieces of cuts(`${marker}assistant\nHello.`)) expect(spokenOf(pieces).spoken).toBe('Hello.');
    for (const pieces of cuts(`Hello.${marker}user\nWhat is my bill?`)) {
      expect(spokenOf(pieces).spoken).toBe('Hello.');
    }
  });
});

test('an answer without thoughts from a server that had them is given out whole, and the memory is cleared', () => {
  const memory = { untaggedThoughts: true };
  const filter = new AnswerFilter(memory);
  expect(filter.push('Your plan is active. ')).toBe('');
  expect(filter.push('Anything else?')).toBe('');
  expect(filter.end()).toBe('Your plan is active. Anything else?');
  expect(memory.untaggedThoughts).toBe(false);
  expect(new AnswerFilter(memory).push('Sure. ')).toBe('Sure. ');
});

test('thoughts that reached the limit of tokens are not given out', () => {
  const memory = { untaggedThoughts: true };
  expect(spokenOf(['Hm, let me see'], memory, true)).toMatchObject({ spoken: '', saw: { thoughts: 14 } });
  expect(memory.untaggedThoughts).toBe(true);
});

test('thoughts that come tagged again clear the memory', () => {
  const memory = { untaggedThoughts: true };
  const filter = new AnswerFilter(memory);
  expect(filter.push('<think>Hm</think>Hello ')).toBe('Hello ');
  expect(memory.untaggedThoughts).toBe(false);
});

test('a closing marker with nothing before it is no thought', () => {
  const memory = fresh();
  expect(spokenOf(['\n</think>\n\nHello.'], memory).spoken).toBe('Hello.');
  expect(memory.untaggedThoughts).toBe(false);
});

test('no more is held back than may be the beginning of a marker', () => {
  for (const [written, given] of [
    ['It is a < b', 'It is a < b'],
    ['I <3', 'I <3'],
    ['Yes <b', 'Yes '],
    ['Yes <b>', 'Yes <b>'],
    ['[1] ', '[1] '],
    ['Hello <|unknown', 'Hello '],
    ['Ask assistant', 'Ask '],
    ['Ask assistants', 'Ask assistants'],
  ] as const) {
    expect(new AnswerFilter(fresh()).push(written), written).toBe(given);
    expect(spokenOf([written]).spoken, written).toBe(written);
  }
});

test('no marker of the table is the beginning of another one', () => {
  const all = MARKER_FAMILIES.flatMap(({ markers }) =>
    Object.values(markers).flatMap((list) => list.split(' ')),
  );
  const lower = all.map((marker) => marker.toLowerCase());
  expect(lower.filter((one) => lower.some((other) => other !== one && other.startsWith(one)))).toEqual([]);
  expect(lower.filter((one, at) => lower.indexOf(one) !== at)).toEqual([]);
});

test('each character is looked at a bounded number of times', () => {
  const texts = endlessTexts(4000).concat(markersOf('call').map((marker) => [marker, marker.repeat(400)]));
  for (const [name, text] of texts) {
    for (const memory of [fresh(), { untaggedThoughts: true }]) {
      const read = charactersRead(() => spokenOf(inPieces(text, 7), memory));
      expect(read / text.length, name).toBeLessThan(500);
    }
  }
}, 30_000);
