import { expect, test } from 'vitest';
import { livekitPort, planDev } from '../../src/dev/plan.ts';
import { ConfigError } from '../../src/errors.ts';

const KEYS = { apiKey: 'dev1', apiSecret: 'a-secret-of-this-run-of-32-letters' };
const STAND_INS = 'http://127.0.0.1:9100/v1';

function plan(env: Record<string, string> = {}, files: Record<string, string> = {}) {
  return planDev({ env, read: (path) => files[path] }, STAND_INS, KEYS);
}

test('with nothing configured, LiveKit and all three models are of this machine', () => {
  const { config, livekitGiven, standIns } = plan();
  expect(livekitGiven).toBe(false);
  expect(config.livekit).toMatchObject({ url: 'ws://127.0.0.1:7880', ...KEYS });
  expect(standIns).toEqual(['stt', 'llm', 'tts']);
  expect([config.stt.baseUrl, config.llm.baseUrl, config.tts.baseUrl]).toEqual([
    STAND_INS,
    STAND_INS,
    STAND_INS,
  ]);
});

test('a stand-in shows as one in the name of its model', () => {
  const { config } = plan({ LLM_MODEL: 'llama-3' });
  expect([config.stt.model, config.llm.model, config.tts.model]).toEqual([
    'stand-in-stt',
    'stand-in-llm',
    'stand-in-tts',
  ]);
});

test('only the stages without an endpoint get a stand-in', () => {
  const { config, standIns } = plan({ LLM_BASE_URL: 'http://gpu:8000/v1', LLM_MODEL: 'llama-3' });
  expect(standIns).toEqual(['stt', 'tts']);
  expect(config.llm).toMatchObject({ baseUrl: 'http://gpu:8000/v1', model: 'llama-3' });
});

test('one endpoint for all leaves no stand-in', () => {
  expect(plan({ OPENAI_BASE_URL: 'http://gpu:8000/v1' }).standIns).toEqual([]);
});

test('Deepgram needs no stand-in for its stage', () => {
  const env = {
    STT_PROVIDER: 'deepgram',
    DEEPGRAM_API_KEY: 'k',
    DEEPGRAM_BASE_URL: 'http://deepgram:8080/v1',
  };
  expect(plan(env).standIns).toEqual(['llm', 'tts']);
});

test('what .env and the YAML file say stands', () => {
  const files = {
    '.env': 'CONFIG_FILE=c.yaml\nLIVEKIT_API_KEY=mine\n',
    'c.yaml': 'tts:\n  baseUrl: http://tts/v1\n',
  };
  const { config, filled, standIns } = plan({}, files);
  expect(config.livekit.apiKey).toBe('mine');
  expect(filled).not.toHaveProperty('LIVEKIT_API_KEY');
  expect(standIns).toEqual(['stt', 'llm']);
});

test('the page of dev shows the operator why an endpoint failed, unless they said otherwise', () => {
  expect(plan().config.agent.showFaults).toBe(true);
  expect(plan({ SHOW_FAULTS: 'false' }).config.agent.showFaults).toBe(false);
  expect(plan({}, { '.env': 'SHOW_FAULTS=false\n' }).config.agent.showFaults).toBe(false);
});

test('a wrong value is reported, not filled over', () => {
  expect(() => plan({ OPENAI_BASE_URL: 'gpu:8000' })).toThrow(/OPENAI_BASE_URL/);
});

test('a LiveKit of the user needs the credentials of the user', () => {
  expect(() => plan({ LIVEKIT_URL: 'wss://livekit.example' })).toThrow(ConfigError);
  expect(() => plan({ LIVEKIT_URL: 'wss://livekit.example' })).toThrow(/LIVEKIT_API_KEY: got \(not set\)/);
});

test('our LiveKit listens where LIVEKIT_URL points on this machine, else on the usual port', () => {
  const credentials = { LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: '0123456789012345678901234567890123' };
  expect(livekitPort(plan())).toBe(7880);
  expect(livekitPort(plan({ ...credentials, LIVEKIT_URL: 'ws://localhost:7999' }))).toBe(7999);
  expect(livekitPort(plan({ ...credentials, LIVEKIT_URL: 'wss://livekit.example:7443' }))).toBe(7880);
});

test('a proxy of the user is not asked for what runs on this machine', () => {
  const { config, filled } = plan({ http_proxy: 'http://proxy:3128', NO_PROXY: '.example.com' });
  expect(filled.NO_PROXY).toBe('.example.com,127.0.0.1,localhost');
  expect(config.proxy).toMatchObject({ http: 'http://proxy:3128', exempt: filled.NO_PROXY });
  expect(plan({ http_proxy: 'http://proxy:3128', NO_PROXY: '127.0.0.0/8' }).filled).not.toHaveProperty(
    'NO_PROXY',
  );
  expect(plan().filled).not.toHaveProperty('NO_PROXY');
});

test('a real model here fills in its stage, is waited for, and asked nothing that may be for nothing', () => {
  const stt = { url: 'http://127.0.0.1:9100/v1', name: 'whisper-base', detail: '' };
  const sources = (env: Record<string, string>) => ({ env, read: () => undefined });
  const real = planDev(sources({}), 'http://127.0.0.1:9100/v1', KEYS, { stt });
  expect(real.standIns).toEqual(['llm', 'tts']);
  expect(real.filled).toMatchObject({ STT_MODEL: 'whisper-base', LLM_MODEL: 'stand-in-llm' });
  expect(real.filled).toMatchObject({ SPECULATION: 'transcript', STT_STALL_TIMEOUT_MS: '30000' });
  expect(real.filled).not.toHaveProperty('LLM_STALL_TIMEOUT_MS');
  const chosen = planDev(sources({ SPECULATION: 'off' }), 'http://127.0.0.1:9100/v1', KEYS, { stt });
  expect(chosen.filled).not.toHaveProperty('SPECULATION');
});
