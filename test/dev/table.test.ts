import { expect, test } from 'vitest';
import { renderTable } from '../../src/dev/table.ts';

test('columns are as wide as their widest cell, and no line ends in blanks', () => {
  expect(
    renderTable([
      ['what', 'where', 'detail'],
      ['page', 'http://127.0.0.1:8080', 'open it'],
      ['STT', 'here', ''],
    ]),
  ).toBe(
    [
      'what  where                  detail',
      '────  ─────────────────────  ───────',
      'page  http://127.0.0.1:8080  open it',
      'STT   here',
    ].join('\n'),
  );
});

test('numbers stand to the right of their columns, names to the left of theirs', () => {
  const rows = [
    ['', 'own'],
    ['p50 ms', '812'],
    ['lost', '0'],
  ];
  expect(renderTable(rows, 'right').split('\n').slice(2)).toEqual(['p50 ms  812', 'lost      0']);
});
