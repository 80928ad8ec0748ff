import { expect, test } from 'vitest';
import { Journal } from '../../src/standin/journal.ts';

test('entries of one route come in the order of arrival, with their outcome', () => {
  const journal = new Journal();
  const first = journal.open('llm', undefined);
  journal.open('tts', undefined);
  journal.open('llm', { status: 500 });
  first.close('answered');
  expect(journal.entries('llm').map(({ id, outcome }) => [id, outcome])).toEqual([
    [1, 'answered'],
    [3, 'pending'],
  ]);
  expect(journal.entries().length).toBe(3);
});

test('only the last thousand requests are kept, but all are counted', () => {
  const journal = new Journal();
  for (let request = 0; request < 1005; request += 1) journal.open('stt', undefined).close('answered');
  expect(journal.entries('stt')).toHaveLength(1000);
  expect(journal.entries('stt')[0]?.id).toBe(6);
  expect(journal.counts('stt')).toMatchObject({ total: 1005, answered: 1005, pending: 0 });
});

test('a request that was open when the journal was cleared does not spoil the new counts', () => {
  const journal = new Journal();
  const before = journal.open('llm', undefined);
  journal.clear();
  journal.open('llm', undefined);
  before.close('aborted');
  expect(journal.counts('llm')).toMatchObject({ total: 1, pending: 1, aborted: 0 });
});
