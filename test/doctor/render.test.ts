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

test('a result is one line: verdict, hop, time, what was found', () => {
  expect(renderResult(result({}))).toMatch(/^ok {4}hop a +12 ms {2}fine$/);
});

test('further lines stand below the first, and what to do below them', () => {
  const text = renderResult(
    result({ verdict: 'fail', evidence: 'one\ntwo', cause: 'no way', fix: 'start it\nopen it' }),
  );
  const [first = '', ...rest] = text.split('\n');
  const indent = ' '.repeat(first.indexOf('one'));
  expect(rest).toEqual([`${indent}two`, `${indent}no way`, `${indent}→ start it`, `${indent}→ open it`]);
});

test('what was not tried took no time', () => {
  expect(renderResult(result({ verdict: 'skip' }))).not.toContain('ms');
});

test('the summary counts what was tried, and names what is broken or was not tried', () => {
  const results = [
    result({}),
    result({ verdict: 'fail', proves: 'hop b' }),
    result({ verdict: 'skip', proves: 'hop c' }),
  ];
  expect(renderSummary(results)).toBe('1 of 2 hops work; broken: hop b; not tried: hop c');
  expect(renderSummary([result({})])).toBe('1 of 1 hops work');
});
