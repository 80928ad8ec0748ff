import { expect, test } from 'vitest';
import { Credentials, openCredentials, THIS_MACHINE } from '../../src/web/credentials.ts';
import { configFrom } from '../helpers/config.ts';
import { TOKEN } from '../helpers/web.ts';

const SHOP = { name: 'shop', tokenFile: '/secrets/shop', may: ['join'], rooms: ['shop-*'] };

function open(credentials: unknown, files: Record<string, string>, env: Record<string, string> = {}) {
  const config = configFrom(
    { CONFIG_FILE: 'c.yaml', ...env },
    { 'c.yaml': JSON.stringify({ web: { credentials } }) },
  );
  return openCredentials(config.web, (path) => files[path]);
}

test('each credential is found by the token of its file, and WEB_TOKEN is «default»', () => {
  const shop = 'a-token-of-the-shop-department';
  const credentials = open([SHOP], { '/secrets/shop': `${shop}\n` }, { WEB_TOKEN: TOKEN });
  expect(credentials.find(shop)).toEqual({ name: 'shop', may: ['join'], rooms: ['shop-*'], prompts: ['*'] });
  expect(credentials.find(TOKEN)).toEqual({ name: 'default', may: ['join'], rooms: ['*'], prompts: ['*'] });
  expect(credentials.find(`${shop}x`)).toBeUndefined();
  expect(credentials.find('')).toBeUndefined();
});

test('without any there is nothing to find', () => {
  expect(open([], {}).isEmpty).toBe(true);
  expect(new Credentials([[THIS_MACHINE, TOKEN]]).isEmpty).toBe(false);
});

test.each([
  [[{ ...SHOP, tokenFile: '/none' }], /shop: tokenFile: got \/none; want a file with a token of at least 24/],
  [[{ ...SHOP, tokenFile: '/short' }], /shop: tokenFile: got \/short; want a file with .* at least 24/],
  [[SHOP, { ...SHOP, tokenFile: '/other' }], /shop: name: got shop; want a name that no other has/],
  [[SHOP, { ...SHOP, name: 'twin' }], /twin: tokenFile: .*a token of its own, not that of «shop»/],
  [[{ ...SHOP, name: 'default' }], /a name that no other has; WEB_TOKEN is «default»/],
])('%j is refused before anything is served', (credentials, said) => {
  const files = { '/secrets/shop': 'x'.repeat(24), '/other': 'y'.repeat(24), '/short': 'z'.repeat(23) };
  const opening = () => open(credentials, files, { WEB_TOKEN: TOKEN });
  expect(opening).toThrow(said);
  expect(opening).not.toThrow('zzz');
});

test.each([
  [{ name: 'a b' }, '0: name: 1 to 64 of A-Z'],
  [{ may: [] }, '0: may: at least one of join, dial, operate'],
  [{ may: ['everything'] }, '0: may: 0: of join, dial, operate'],
  [{ token: 'in the file itself' }, 'Unrecognized key'],
  [{ rooms: [] }, '0: rooms: at least one name or pattern'],
])('an entry with %j is refused with its place', (change, said) => {
  expect(() => open([{ ...SHOP, ...change }], {})).toThrow(said);
});

test('the list can also be a text of the environment', () => {
  const env = { WEB_CREDENTIALS: JSON.stringify([SHOP]) };
  expect(configFrom(env).web.credentials).toEqual([{ ...SHOP, prompts: ['*'] }]);
  expect(() => configFrom({ WEB_CREDENTIALS: '[' })).toThrow('WEB_CREDENTIALS');
  expect(() => configFrom({ WEB_CREDENTIALS: 'shop' })).toThrow('a list of credentials');
});
