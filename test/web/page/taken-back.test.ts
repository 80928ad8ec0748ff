import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface Late {
  takeBack(nowMs: number): void;
  callerSpoke(): void;
  isOf(speaker: string, nowMs: number): boolean;
}
const { takenBack, LateAnswer } = await pageModule<{
  takenBack(lines: { key: string; speaker: string; isFinal: boolean }[]): string[];
  LateAnswer: new () => Late;
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

test('of an answer that was taken back nothing is shown that comes after that, and all of the next', () => {
  const late = new LateAnswer();
  expect(late.isOf('agent', 100)).toBe(false);
  late.takeBack(1000);
  expect(late.isOf('agent', 1100)).toBe(true);
  expect(late.isOf('caller', 1100)).toBe(false);
  expect(late.isOf('other', 1100)).toBe(false);
  late.callerSpoke();
  expect(late.isOf('agent', 1200)).toBe(false);
});

test('a caller of whom no more is understood is answered visibly', () => {
  const late = new LateAnswer();
  late.takeBack(1000);
  expect(late.isOf('agent', 3000)).toBe(false);
});
