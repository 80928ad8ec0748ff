import { expect, test } from 'vitest';
import type { Result } from '../../src/doctor/check.ts';
import { renderResult, renderSummary } from '../../src/doctor/render.ts';

const result = (changes: Partial<Result>): Result => ({
  id: 'a',
  proves: 'hop a',
  verdict: 'ok',
  evidence: 'fine',
  cause: '',
  fix: '',
  ms: 12,
  ...changes,
});

test('a result is one line: verdict, id, time, what it proves, what was found', () => {
  expect(renderResult(result({}))).toMatch(/^ok {4}a +12 ms {3}hop a: fine$/);
});

test('further lines stand below the first, and what to do below them', () => {
  const text = renderResult(
    result({ verdict: 'fail', evidence: 'one\ntwo', cause: 'no way', fix: 'start it\nopen it' }),
  );
  const [first = '', ...rest] = text.split('\n');
  const indent = ' '.repeat(first.indexOf('hop a'));
  expect(rest).toEqual([`${indent}two`, `${indent}no way`, `${indent}→ start it`, `${indent}→ open it`]);
});

test('what was not tried took no time', () => {
  expect(renderResult(result({ verdict: 'skip' }))).not.toContain('ms');
});

test('the summary counts what was tried, and names what is broken or was not tried', () => {
  const results = [
    result({}),
    result({ id: 'b', verdict: 'fail' }),
    result({ id: 'c', verdict: 'skip' }),
    result({ id: 'd', verdict: 'warn' }),
  ];
  expect(renderSummary(results)).toBe('2 of 3 hops work; broken: b; to look at: d; not tried: c');
  expect(renderSummary([result({})])).toBe('1 of 1 hops work');
});
