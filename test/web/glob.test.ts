import { expect, test } from 'vitest';
import { matches } from '../../src/web/glob.ts';

test.each([
  ['*', ''],
  ['*', 'anything'],
  ['demo-*', 'demo-'],
  ['demo-*', 'demo-1'],
  ['*-test', 'a-test'],
  ['a*b*c', 'a1b2c'],
  ['a*b*c', 'abbcc'],
  ['exact', 'exact'],
  ['a.c', 'a.c'],
])('%s matches «%s»', (pattern, text) => {
  expect(matches(pattern, text)).toBe(true);
});

test.each([
  ['demo-*', 'demo'],
  ['demo-*', 'my-demo-1'],
  ['*-test', 'test'],
  ['ab*ba', 'aba'],
  ['a*b*c', 'acb'],
  ['exact', 'exactly'],
  ['a.c', 'abc'],
  ['', 'a'],
])('%s does not match «%s»', (pattern, text) => {
  expect(matches(pattern, text)).toBe(false);
});
