import { expect, test } from 'vitest';
import { renderTable } from '../../src/dev/table.ts';

test('columns are as wide as their widest cell, and no line ends in blanks', () => {
  expect(
    renderTable([
      ['page', 'http://127.0.0.1:8080', 'open it'],
      ['STT', 'here', ''],
    ]),
  ).toBe(
    [
      '  what  where                  detail',
      '  ────  ─────────────────────  ──────',
      '  page  http://127.0.0.1:8080  open it',
      '  STT   here',
    ].join('\n'),
  );
});
