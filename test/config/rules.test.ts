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

const MODELS = { ...LIVEKIT, OPENAI_BASE_URL: 'http://gpu-host:8000/v1' };

test('processes times calls must hold the slots; without a number of processes there are as many as needed', () => {
  expect(() => load({ ...MODELS, MAX_CALLS: '20', HOSTS: '2' }, 'all')).toThrow(
    /HOSTS: got 2, with CALLS_PER_HOST=8 room for 16 calls; want at least 3 for MAX_CALLS=20/,
  );
  expect(() => load({ ...MODELS, MAX_CALLS: '16', HOSTS: '2' }, 'all')).not.toThrow();
  expect(() => load({ ...MODELS, MAX_CALLS: '500', CALLS_PER_HOST: '1' }, 'all')).not.toThrow();
});

test.each(['blue_green', 'two words', 'x'.repeat(65), 'ü'.repeat(33)])(
  'a deployment is not named %s',
  (name) => {
    expect(() => load({ ...MODELS, AGENT_DEPLOYMENT: name }, 'all')).toThrow('AGENT_DEPLOYMENT');
  },
);

test('a deployment has a name of up to 64 bytes, or none', () => {
  expect(load({ ...MODELS, AGENT_DEPLOYMENT: 'canary-2.1' }, 'all').agent.deployment).toBe('canary-2.1');
  expect(load(MODELS, 'all').agent.deployment).toBe('');
});

test('IDLE_PROCESSES is still understood, as the number of warm spare processes', () => {
  expect(load({ ...MODELS, IDLE_PROCESSES: '3' }, 'all').agent.spareHosts).toBe(3);
  expect(() => load({ ...MODELS, IDLE_PROCESSES: '3', SPARE_HOSTS: '3' }, 'all')).toThrow('IDLE_PROCESSES');
});

test('a longer wait after statements than where it cannot be told is no mistake: nobody set the other', () => {
  expect(load({ ...MODELS, ENDPOINTING_STATEMENT_MS: '1400' }, 'all').turn.unsureEndpointingMs).toBe(1080);
  expect(() => load({ ...MODELS, ENDPOINTING_STATEMENT_MS: '1600' }, 'all')).toThrow('ENDPOINTING_MAX_MS');
});

test.each([
  [{ SPECULATION: 'transcript' }, 'true with SPECULATION=transcript'],
  [{ STT_PROVIDER: 'deepgram', DEEPGRAM_API_KEY: 'key', DEEPGRAM_BASE_URL: 'http://dg:8080' }, undefined],
])('the chat model can judge turns where it is asked before they end: %j', (env, got) => {
  const loading = () => load({ ...MODELS, ...env, LLM_JUDGES_TURNS: 'true' }, 'all');
  if (got) expect(loading).toThrow(`LLM_JUDGES_TURNS: got ${got}; want false, or SPECULATION=answer`);
  else expect(loading).not.toThrow();
});
