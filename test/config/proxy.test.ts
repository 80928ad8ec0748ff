import { expect, test } from 'vitest';
import { proxyFor, routeNativeClient } from '../../src/config/proxy.ts';
import { ConfigError } from '../../src/errors.ts';
import { configFrom } from '../helpers/config.ts';

const PROXIES = { HTTP_PROXY: 'http://plain:3128', HTTPS_PROXY: 'http://secure:3128' };
const routeOf = (url: string, env: Record<string, string> = PROXIES) => proxyFor(url, configFrom(env).proxy);

test('each kind of URL has its proxy, WebSockets as HTTP', () => {
  expect(['http://a/v1', 'ws://a', 'https://a/v1', 'wss://a'].map((url) => routeOf(url))).toEqual([
    'http://plain:3128',
    'http://plain:3128',
    'http://secure:3128',
    'http://secure:3128',
  ]);
  expect(routeOf('https://a', { HTTP_PROXY: 'http://plain:3128' })).toBeUndefined();
  expect(routeOf('http://a', {})).toBeUndefined();
});

test('lower case and a missing scheme will do, as for curl; anything but HTTP is refused without its password', () => {
  expect(routeOf('http://a', { http_proxy: 'plain:3128' })).toBe('http://plain:3128');
  expect(routeOf('http://a', { ...PROXIES, no_proxy: 'a' })).toBeUndefined();
  expect(routeOf('http://a', { HTTP_PROXY: 'http://upper:1', http_proxy: 'http://lower:1' })).toBe(
    'http://upper:1',
  );
  const refused = () => configFrom({ HTTPS_PROXY: 'socks5://user:hunter2@proxy:1080' });
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(/HTTPS_PROXY: got "socks5:\/\/…@proxy:1080"; want an HTTP proxy/);
});

test.each([
  ['livekit', 'ws://livekit:7880', true],
  ['svc.cluster.local', 'ws://livekit.voice.svc.cluster.local', true],
  ['.svc.cluster.local', 'ws://livekit.voice.svc.cluster.local', true],
  ['*.example.com', 'wss://rtc.example.com', true],
  ['example.com', 'wss://notexample.com', false],
  ['EXAMPLE.com', 'wss://Example.COM', true],
  ['a, b livekit', 'ws://livekit:7880', true],
  ['livekit:7880', 'ws://livekit:7880', true],
  ['livekit:7881', 'ws://livekit:7880', false],
  ['livekit:443', 'wss://livekit', true],
  ['10.0.0.0/8', 'ws://10.20.30.40:7880', true],
  ['10.0.0.0/8', 'ws://11.0.0.1:7880', false],
  ['10.0.0.0/8', 'ws://livekit', false],
  ['10.0.0.0/99', 'ws://10.0.0.1', false],
  ['127.0.0.1', 'ws://127.0.0.1:7880', true],
  ['0.0.1', 'ws://127.0.0.1:7880', false],
  ['::1', 'ws://[::1]:7880', true],
  ['[::1]:7880', 'ws://[::1]:7880', true],
  ['fd00::/8', 'ws://[fd00::5]:7880', true],
  ['*', 'wss://anything', true],
  ['', 'ws://127.0.0.1:7880', false],
])('NO_PROXY=%s and %s: direct is %s', (NO_PROXY, url, isDirect) => {
  expect(routeOf(url, { ...PROXIES, NO_PROXY }) === undefined).toBe(isDirect);
});

test("LiveKit's native client, which knows no NO_PROXY, finds only a proxy that it shall use", () => {
  const direct = {
    HTTP_PROXY: 'http://p:1',
    https_proxy: 'http://p:1',
    ALL_PROXY: 'http://p:1',
    PATH: '/bin',
  };
  routeNativeClient(configFrom({ ...direct, NO_PROXY: '127.0.0.1' }), direct);
  expect(direct).toEqual({ PATH: '/bin' });
  const through = { http_proxy: 'p:1', HTTPS_PROXY: 'http://q:1' };
  routeNativeClient(configFrom(through), through);
  expect(through).toEqual({ HTTP_PROXY: 'http://p:1' });
});
