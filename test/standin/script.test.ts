import { expect, test } from 'vitest';
import { Script } from '../../src/standin/script.ts';

test('the function is asked first, then the queue, the rules, and the standing answer', () => {
  const script = new Script<string, string>();
  script.queue = ['queued'];
  script.rules = [{ match: 'bill|invoice', answer: 'ruled' }];
  script.always = 'always';
  script.custom = (request) => (request === 'special' ? 'custom' : undefined);
  expect(script.next('special', 'bill')).toBe('custom');
  expect(script.next('other', 'bill')).toBe('queued');
  expect(script.next('other', 'My INVOICE please')).toBe('ruled');
  expect(script.next('other', 'something else')).toBe('always');
});

test('an empty string is an answer', () => {
  const script = new Script<string, string>();
  script.queue = [''];
  expect(script.next('any', '')).toBe('');
  expect(script.next('any', '')).toBeUndefined();
});
