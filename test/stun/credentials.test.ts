import { expect, test } from 'vitest';
import { ephemeralCredentials, longTermKey } from '../../src/stun/credentials.ts';

test('ephemeral credentials are as openssl makes them: HMAC-SHA1 of «expiry:user», in base64', () => {
  const made = ephemeralCredentials('secret', { user: 'alice', ttlMs: 3_600_000, nowMs: 1_700_000_000_999 });
  expect(made).toEqual({ username: '1700003600:alice', password: 'LLPLO4qjdVL2qZhwr3eImhn7J20=' });
});

test('the key of a long-term credential is the MD5 of user, realm and password', () => {
  const key = longTermKey({ username: 'user', password: 'pass' }, 'realm');
  expect(key.toString('hex')).toBe('8493fbc53ba582fb4c044c456bdc40eb');
});
