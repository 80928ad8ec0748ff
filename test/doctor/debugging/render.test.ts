import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HOPS } from '../../web/page/check/page-check.ts';
import { CHECKS } from './places.ts';
import { debuggingPage } from './render.ts';
import { SYMPTOMS } from './symptoms.ts';

const path = new URL('../../../src/doctor/debugging.md', import.meta.url);

test('the page says what the checks say now (npm run readme)', () => {
  expect(readFileSync(path, 'utf8')).toBe(debuggingPage());
});

test.each(SYMPTOMS)('«$symptom» is answered by checks that there are', ({ checks }) => {
  expect(checks.filter((id) => !CHECKS.has(id))).toEqual([]);
  expect(checks.length).toBeGreaterThan(0);
});

test('an answer that names a check names one that there is', () => {
  const prefixes = [...CHECKS.keys()].map((id) => id.split('-')[0]);
  const named = SYMPTOMS.flatMap(({ answer }) =>
    [...answer.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, id = '']) => id),
  );
  const checks = named.filter((id) => prefixes.includes(id.split('-')[0] ?? ''));
  expect(checks.length).toBeGreaterThan(0);
  expect(checks.filter((id) => !CHECKS.has(id))).toEqual([]);
});

test('whatever the page of a caller finds broken has a symptom that it answers', () => {
  const answered = new Set(SYMPTOMS.flatMap(({ checks }) => checks));
  expect(
    HOPS.map(({ id }) => id).filter((id) => !answered.has(id) && !answered.has(id.replace('-tls', '-tcp'))),
  ).toEqual([]);
});
