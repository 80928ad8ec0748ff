import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}
const { rtcConfigFor } = await pageModule<{
  rtcConfigFor(choice: string, handedOut: () => IceServer[] | undefined): RTCConfigurationLike;
}>('path-choice.js');
interface RTCConfigurationLike {
  iceTransportPolicy?: string;
  iceServers?: IceServer[];
}

const SERVERS = [
  { urls: ['stun:10.0.0.1:3478'] },
  {
    urls: [
      'turn:10.0.0.1:3478?transport=udp',
      'turn:10.0.0.1:3480?transport=tcp',
      'turns:10.0.0.1:443?transport=tcp',
    ],
    username: 'user',
    credential: 'password',
  },
];
const urlsOf = (config: RTCConfigurationLike) => config.iceServers?.flatMap(({ urls }) => urls);

test('any path leaves the choice to LiveKit, a relay to its TURN servers', () => {
  expect(rtcConfigFor('any', () => SERVERS)).toEqual({});
  expect(rtcConfigFor('relay', () => SERVERS)).toEqual({ iceTransportPolicy: 'relay' });
});

test.each([
  ['relay-udp', ['turn:10.0.0.1:3478?transport=udp']],
  ['relay-tcp', ['turn:10.0.0.1:3480?transport=tcp', 'turns:10.0.0.1:443?transport=tcp']],
])('%s takes those servers alone, with their credentials', (choice, urls) => {
  const config = rtcConfigFor(choice, () => SERVERS);
  expect(config.iceTransportPolicy).toBe('relay');
  expect(urlsOf(config)).toEqual(urls);
  expect(
    config.iceServers?.every(({ username, credential }) => username === 'user' && credential === 'password'),
  ).toBe(true);
});

test('what LiveKit hands out counts when it is read: its client copies the configuration before and after the join', () => {
  let servers: IceServer[] | undefined;
  const config = rtcConfigFor('relay-udp', () => servers);
  expect({ ...config }.iceServers).toBeUndefined();
  servers = SERVERS;
  expect(urlsOf({ ...config })).toEqual(['turn:10.0.0.1:3478?transport=udp']);
});
