import { expect, test } from 'vitest';
import { isCheckCall } from '../../src/config/check-call.ts';
import { dispatchMetadata } from '../../src/web/mint.ts';

test('a call by check is known by its dispatch metadata, and no other is', () => {
  expect(isCheckCall(dispatchMetadata({ check: true, prompt: 'phone' }))).toBe(true);
  const others = [
    '',
    'phone',
    '{',
    'null',
    '{"check":"true"}',
    '{"prompt":"check"}',
    dispatchMetadata({ prompt: 'p' }),
  ];
  expect(others.filter(isCheckCall)).toEqual([]);
});
