import { expect, test } from 'vitest';
import { cleanUrl, hideUrlSecrets } from '../src/urls.ts';

test.each([
  ['https://me:pass@gpu:8000/v1?api_key=a&b=c#d=e', 'https://…@gpu:8000/v1?api_key=…&b=…#d=…'],
  ['wss://me:p@ss@host', 'wss://…@host'],
  ['http://a/?k=1,http://b/?k=2', 'http://a/?k=…,http://b/?k=…'],
  ['gpu:8000?key=secret', 'gpu:8000?key=…'],
  ['"me:pass@proxy:3128"', '"…@proxy:3128"'],
  ['http://gpu:8000/v1', 'http://gpu:8000/v1'],
  ['a name@host, no URL', 'a name@host, no URL'],
])('%s is said as %s', (text, said) => {
  expect(hideUrlSecrets(text)).toBe(said);
});

test('only origin and path of an address are kept', () => {
  expect(cleanUrl('https://me:pass@gpu:8000/v1?api_key=a#b')).toBe('https://gpu:8000/v1');
  expect(cleanUrl('/v2?x=1', 'http://gpu/v1')).toBe('http://gpu/v2');
  expect(cleanUrl('gpu')).toBe('(not a URL)');
});
