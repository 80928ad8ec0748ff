import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

const { takenBack } = await pageModule<{
  takenBack(lines: { key: string; speaker: string; isFinal: boolean }[]): string[];
}>('taken-back.js');

const line = (key: string, speaker: string, isFinal = true) => ({ key, speaker, isFinal });

test('the last turn of a caller and its answer are taken back, and nothing before', () => {
  expect(
    takenBack([
      line('a', 'agent'),
      line('b', 'caller'),
      line('c', 'agent'),
      line('d', 'caller'),
      line('e', 'agent', false),
    ]),
  ).toEqual(['d', 'e']);
});

test('what the caller is saying now stays, and what others say', () => {
  expect(
    takenBack([line('a', 'caller'), line('b', 'agent'), line('c', 'other'), line('d', 'caller', false)]),
  ).toEqual(['a', 'b']);
});

test('nobody has said anything yet', () => {
  expect(takenBack([line('a', 'agent'), line('b', 'caller', false)])).toEqual([]);
});
