import { expect, test } from 'vitest';
import { credentialNeed, isLocalVisitor, requireAccess } from '../../src/web/access.ts';
import { Credentials, THIS_MACHINE } from '../../src/web/credentials.ts';

const TOKEN = 'a-long-random-credential';
const visitor = (headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') => ({
  remoteAddress,
  headers: { host: 'localhost:8080', ...headers },
});
const bearer = (token: string) => visitor({ authorization: `Bearer ${token}` }, '10.1.2.3');

test.each([
  ['IPv4', visitor({ host: '127.0.0.1:8080' })],
  ['IPv6', visitor({ host: '[::1]:8080' }, '::1')],
  ['IPv4 on an IPv6 socket', visitor({}, '::ffff:127.0.0.1')],
  ['a browser on the page itself', visitor({ origin: 'http://localhost:8080' })],
])('a visitor from loopback is local: %s', (_name, from) => {
  expect(isLocalVisitor('127.0.0.1', from)).toBe(true);
});

test.each([
  ['a Host that is not loopback, as after DNS rebinding', visitor({ host: 'evil.example:8080' })],
  ['a Host that only starts like loopback', visitor({ host: '127.0.0.1.evil.example' })],
  ['no Host', { remoteAddress: '127.0.0.1', headers: {} }],
  ['another Origin', visitor({ origin: 'https://evil.example' })],
  ['another port of this machine as Origin', visitor({ origin: 'http://localhost:3000' })],
  ['an opaque Origin', visitor({ origin: 'null' })],
  ['a proxy in between', visitor({ 'x-forwarded-for': '127.0.0.1' })],
  ['a proxy in between, by its other names', visitor({ forwarded: 'for=127.0.0.1' })],
  ['a remote address', visitor({}, '10.1.2.3')],
  ['no address', { remoteAddress: undefined, headers: { host: 'localhost' } }],
])('a visitor is not local with %s', (_name, from) => {
  expect(isLocalVisitor('127.0.0.1', from)).toBe(false);
});

test('a server bound to all addresses treats nobody as local', () => {
  expect(isLocalVisitor('0.0.0.0', visitor())).toBe(false);
});

test('without a token only `npm run dev` serves anybody, and only on loopback', () => {
  const rules = { host: '127.0.0.1', credentials: new Credentials([]) };
  expect(credentialNeed({ ...rules, openLocally: true }, visitor())).toBe('none');
  expect(credentialNeed({ ...rules, openLocally: true }, visitor({}, '10.1.2.3'))).toBe('not-configured');
  expect(credentialNeed({ ...rules, openLocally: false }, visitor())).toBe('not-configured');
});

test('a token that is set is wanted from loopback too', () => {
  const rules = {
    host: '127.0.0.1',
    credentials: new Credentials([[THIS_MACHINE, TOKEN]]),
    openLocally: true,
  };
  expect(credentialNeed(rules, visitor())).toBe('wanted');
  expect(() => requireAccess(rules, visitor())).toThrow(expect.objectContaining({ statusCode: 401 }));
});

test('only the exact credential opens', () => {
  const rules = {
    host: '0.0.0.0',
    credentials: new Credentials([[THIS_MACHINE, TOKEN]]),
    openLocally: false,
  };
  expect(() => requireAccess(rules, bearer(TOKEN))).not.toThrow();
  expect(() => requireAccess(rules, bearer(`${TOKEN}x`))).toThrow('not the one');
  expect(() => requireAccess(rules, bearer(TOKEN.slice(1)))).toThrow('not the one');
  expect(() => requireAccess(rules, visitor())).toThrow('wants a credential');
});

test('without a configured credential nothing that is sent opens, and the answer says what to set', () => {
  const rules = { host: '127.0.0.1', credentials: new Credentials([]), openLocally: false };
  for (const from of [visitor(), bearer('undefined'), bearer(TOKEN)]) {
    expect(() => requireAccess(rules, from)).toThrow(
      expect.objectContaining({ statusCode: 403, hint: expect.stringContaining('WEB_TOKEN') }),
    );
  }
});
