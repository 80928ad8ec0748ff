import { describe, expect, test } from 'vitest';
import { parseTurnUrl } from '../../src/config/turn-url.ts';

test.each([
  ['turn:10.65.176.54:3478?transport=udp', '10.65.176.54', 3478, 'udp'],
  ['turn:10.65.176.54:3480?transport=tcp', '10.65.176.54', 3480, 'tcp'],
  ['turn:relay.example', 'relay.example', 3478, 'udp'],
  ['turns:relay.example', 'relay.example', 5349, 'tls'],
  ['turns:relay.example:443?transport=tcp', 'relay.example', 443, 'tls'],
  ['turn:[2001:db8::1]:3478', '2001:db8::1', 3478, 'udp'],
])('%s', (url, host, port, transport) => {
  expect(parseTurnUrl(url)).toEqual({ url, host, port, transport });
});

describe('refused, with what is wanted', () => {
  test.each([
    'http://relay:3478',
    'turn://relay:3478',
    'turn:relay:0',
    'turn:relay:70000',
    'turn:relay:3478?transport=sctp',
    'turn:me@relay',
    'turn:',
    'relay:3478',
  ])('%s', (url) => {
    expect(parseTurnUrl(url)).toMatch(/^turn:<host>:<port>\?transport=udp or =tcp, .*not «/);
  });

  test('turns: over UDP', () => {
    expect(parseTurnUrl('turns:relay:5349?transport=udp')).toMatch(/DTLS cannot be tried/);
  });
});
