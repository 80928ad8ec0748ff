import { expect, test } from 'vitest';
import { PUBLIC_STUN_DOMAINS } from '../../../../src/config/public-stun.ts';
import { pageModule } from '../../../helpers/page-module.ts';

interface IceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}
const { parseIceUrl, judgeIceServers } = await pageModule<{
  parseIceUrl(url: string): Record<string, string>;
  judgeIceServers(
    servers: IceServer[],
    nowMs: number,
    publicDomains: readonly string[],
  ): { verdict?: string; evidence: string; cause?: string };
}>('check/ice-servers.js');

const NOW_MS = 1_800_000_000_000;
const good = { username: 'u', credential: 'p' };
const judge = (servers: IceServer[]) => judgeIceServers(servers, NOW_MS, PUBLIC_STUN_DOMAINS);

test.each([
  [
    'turn:10.65.176.54:3478?transport=udp',
    { kind: 'turn', host: '10.65.176.54', port: '3478', transport: 'udp' },
  ],
  ['turn:relay.example:3480?transport=tcp', { kind: 'turn', port: '3480', transport: 'tcp' }],
  ['turn:relay.example', { host: 'relay.example', port: '', transport: 'udp' }],
  ['turns:relay.example:443?transport=tcp', { kind: 'turn', port: '443', transport: 'tls' }],
  ['turns:relay.example:5349', { transport: 'tls' }],
  ['TURN:[2001:db8::1]:3478', { host: '[2001:db8::1]', port: '3478', transport: 'udp' }],
  ['stun:10.0.0.1:3478', { kind: 'stun', host: '10.0.0.1' }],
])('%s is understood', (url, expected) => {
  expect(parseIceUrl(url)).toMatchObject({ ...expected, fault: '' });
});

test.each([
  ['turn:relay.example:?transport=udp', 'has no port after its colon'],
  ['turn:relay.example:99999', 'has no port after its colon'],
  ['turn::3478', 'names no host'],
  ['turn:relay.example:3478?transport=tls', '?transport=udp or ?transport=tcp belongs'],
  ['turn:relay.example:3478?udp', '?transport=udp or ?transport=tcp belongs'],
  ['https://relay.example', 'is not the URL of an ICE server'],
])('%s is a mistake, and named', (url, fault) => {
  expect(judge([{ urls: [url], ...good }])).toMatchObject({
    verdict: 'fail',
    cause: expect.stringContaining(fault),
  });
});

test('servers that are as they should be are listed, without their credentials', () => {
  const urls = ['turn:10.65.176.54:3478?transport=udp', 'turn:10.65.176.54:3480?transport=tcp'];
  expect(judge([{ urls, username: 'someone', credential: 'secret' }])).toEqual({ evidence: urls.join('\n') });
});

test.each([
  ['none at all', [], 'no TURN server'],
  ['STUN alone', [{ urls: ['stun:10.0.0.1:3478'] }], 'no TURN server'],
  [
    'public STUN',
    [{ urls: 'stun:stun.l.google.com:19302' }, { urls: 'turn:10.0.0.1', ...good }],
    'stun.l.google.com',
  ],
  [
    'credentials for ten minutes',
    [{ urls: 'turn:10.0.0.1', username: '1800000600:u', credential: 'p' }],
    '10 min',
  ],
])('%s is warned of', (_, servers, cause) => {
  expect(judge(servers)).toMatchObject({ verdict: 'warn', cause: expect.stringContaining(cause) });
});

test.each([
  ['that ended', { username: '1799999940:u', credential: 'p' }, 'ended 60 s ago'],
  ['that are missing', {}, 'without username or credential'],
])('credentials %s are a failure', (_, credentials, cause) => {
  expect(judge([{ urls: 'turn:10.0.0.1:3478', ...credentials }])).toMatchObject({
    verdict: 'fail',
    cause: expect.stringContaining(cause),
  });
});
