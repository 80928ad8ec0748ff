import { expect, test } from 'vitest';
import { mistakesIn } from '../../../src/doctor/checks/ice-servers.ts';

const NOW_MS = 1_800_000_000_000;
const server = (url: string, username = 'u') => ({ urls: [url], username, credential: 'c' });
const UDP = 'turn:10.0.0.4:3478?transport=udp';
const named = (leftS: number) => `${NOW_MS / 1000 + leftS}:PA_x`;

test.each([
  ['an empty port', [server('turn:10.0.0.4:0?transport=udp')], 'fail', /port: 3478 for UDP/],
  ['a host with a scheme', [server('turn:turn:10.0.0.4:3478?transport=udp')], 'fail', /address alone/],
  ['a public STUN server', [server('stun:stun.l.google.com:19302')], 'warn', /hands out no public one/],
  ['a STUN server at a public address', [server('stun:203.0.113.9:3478')], 'warn', /your own/],
  ['a wrong word for the protocol', [server('turn:10.0.0.4:3478?transport=tcp')], 'warn', /protocol: udp/],
  ['a life shorter than calls', [server(UDP, named(300))], 'warn', /ttl: 14400/],
  ['credentials that ended', [server(UDP, named(-60))], 'fail', /clock/],
])('%s is found', (_, servers, verdict, fix) => {
  expect(mistakesIn(servers, NOW_MS)).toEqual([
    { verdict, cause: expect.any(String), fix: expect.stringMatching(fix) },
  ]);
});

test('servers as they should be have no mistake', () => {
  const servers = [
    ...[server(UDP, named(14_400)), server('turn:10.0.0.4:3480?transport=tcp')],
    ...[server('turns:turn.example.com:443?transport=tcp'), server('stun:10.0.0.4:3478')],
  ];
  expect(mistakesIn(servers, NOW_MS)).toEqual([]);
});
