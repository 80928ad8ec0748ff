import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

const LIVEKIT = { LIVEKIT_URL: 'ws://lk:7880', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 'x'.repeat(32) };
const load = (env: Record<string, string>, use: 'all' | 'page') =>
  loadConfig({ env, read: () => undefined }, use);

test('the page starts with the settings of LiveKit alone, whatever is open for models and relays', () => {
  expect(() => load(LIVEKIT, 'all')).toThrow('LLM_BASE_URL: got (not set)');
  expect(load(LIVEKIT, 'page').web.port).toBe(8080);
  const open = { STT_PROVIDER: 'deepgram', TURN_URLS: 'turn:turn.example:3478' };
  expect(() => load({ ...LIVEKIT, ...open }, 'all')).toThrow(/DEEPGRAM_API_KEY.*TURN_URLS/s);
  expect(() => load({ ...LIVEKIT, ...open }, 'page')).not.toThrow();
});

test('what the page uses is wanted of it too', () => {
  expect(() => load({}, 'page')).toThrow(/LIVEKIT_URL.*LIVEKIT_API_KEY.*LIVEKIT_API_SECRET/s);
  expect(() => load({ ...LIVEKIT, LIVEKIT_API_SECRET: 'short' }, 'page')).toThrow('at least 32');
  expect(() => load({ ...LIVEKIT, WEB_TOKEN: 'short' }, 'page')).toThrow('WEB_TOKEN');
});
