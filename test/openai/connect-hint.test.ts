import { expect, test } from 'vitest';
import { hintFor, reasonOf } from '../../src/openai/connect-hint.ts';
import { useProxies } from '../../src/openai/proxy.ts';

const URL = 'https://gpu/v1';
const coded = (code: string) => Object.assign(new Error(code), { code });

test.each([
  ['ECONNREFUSED', 'Nothing listens'],
  ['ENOTFOUND', 'cannot be resolved'],
  ['EHOSTUNREACH', 'network policy'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'NODE_EXTRA_CA_CERTS'],
  ['ECONNRESET', 'https port'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'plain http port'],
])('%s tells what to do', (code, hint) => {
  expect(hintFor(coded(code), URL)).toContain(hint);
});

test('an unknown reason has no hint', () => {
  expect(hintFor(coded('EODD'), URL)).toBeUndefined();
  expect(hintFor('thrown text', URL)).toBeUndefined();
});

test('a name with two addresses names both failures', () => {
  expect(reasonOf(new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]))).toBe(
    '::1 refused; 127.0.0.1 refused',
  );
  expect(reasonOf('thrown text')).toBe('thrown text');
  expect(reasonOf(new Error('two\nlines:\n'))).toBe('two lines:');
});

test('behind a proxy the hint is about that, and tells no password', () => {
  useProxies(() => 'http://user:password@proxy:3128');
  const hint = hintFor(coded('ECONNREFUSED'), URL);
  useProxies(() => undefined);
  expect(hint).toContain('http://proxy:3128');
  expect(hint).toContain('NO_PROXY');
  expect(hint).not.toContain('password');
});
