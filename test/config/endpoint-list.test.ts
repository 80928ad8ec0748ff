import { expect, test } from 'vitest';
import { redactedDump } from '../../src/config/describe.ts';
import { serversOf } from '../../src/config/models.ts';
import { PROVIDERS } from '../../src/config/providers/table.ts';
import { ConfigError } from '../../src/errors.ts';
import { configFrom } from '../helpers/config.ts';
import { fake } from '../helpers/fake-provider.ts';
import { configWith } from '../helpers/provided.ts';

const A = 'http://127.0.0.1:9100/v1';
const B = 'http://b:8000/v1';

function problemsOf(env: Record<string, string>, files: Record<string, string> = {}) {
  try {
    configFrom(env, files);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('numbered variables add endpoints in order; what one does not say is as for the first, but for key and headers', () => {
  const config = configFrom({
    LLM_API_KEY: 'first-key',
    LLM_HEADERS: '{"x-tenant": "voice"}',
    LLM_EXTRA_BODY: '{"top_k": 20}',
    LLM_BASE_URL_2: B,
    LLM_BASE_URL_3: 'http://c:8000/v1',
    LLM_API_KEY_3: 'third-key',
    LLM_MODEL_3: 'small',
    LLM_EXTRA_BODY_3: '{}',
    TTS_BASE_URL_2: B,
    TTS_VOICE_2: 'siti',
  });
  expect(serversOf(config, 'llm')).toMatchObject([
    { baseUrl: A, apiKey: 'first-key', headers: { 'x-tenant': 'voice' }, extraBody: { top_k: 20 } },
    { baseUrl: B, apiKey: undefined, headers: undefined, model: 'gpt-4o-mini', extraBody: { top_k: 20 } },
    { baseUrl: 'http://c:8000/v1', apiKey: 'third-key', model: 'small', extraBody: {} },
  ]);
  expect(serversOf(config, 'tts')[1]).toMatchObject({ baseUrl: B, voice: 'siti' });
  expect(serversOf(config, 'stt')).toHaveLength(1);
});

test('a gap in the numbers is a fault that names what is missing', () => {
  expect(problemsOf({ STT_BASE_URL_3: B })).toMatchObject([
    { key: 'STT_BASE_URL_2', want: expect.stringContaining('STT_…_3 is set') },
  ]);
  expect(problemsOf({ TTS_VOICE_2: 'siti' })).toMatchObject([{ key: 'TTS_BASE_URL_2' }]);
  expect(problemsOf({ LLM_API_KEY_2: 'secret-key' })).toMatchObject([{ key: 'LLM_BASE_URL_2' }]);
  expect(problemsOf({ LLM_BASE_URL_2: 'not a url' })).toMatchObject([{ key: 'LLM_BASE_URL_2' }]);
});

const yaml = (endpoints: string) => ({
  '/config.yaml': `llm:\n  endpoints: ${endpoints}\n`,
  '/key': 'from-file\n',
});
const CONFIG_FILE = '/config.yaml';

test('the list in YAML takes its keys from files and variables, never literally', () => {
  const list = `[{baseUrl: "${B}", apiKeyFile: /key}, {baseUrl: "${B}", apiKeyEnv: MINE}, {baseUrl: "${B}"}]`;
  const env = { CONFIG_FILE, MINE: 'from-variable', LLM_API_KEY_4_FILE: '/key' };
  const keys = serversOf(configFrom(env, yaml(list)), 'llm').map(({ apiKey }) => apiKey);
  expect(keys).toEqual([undefined, 'from-file', 'from-variable', 'from-file']);
  const literal = problemsOf({ CONFIG_FILE }, yaml(`[{baseUrl: "${B}", apiKey: very-secret}]`));
  expect(literal).toMatchObject([{ key: 'llm.endpoints', want: expect.stringContaining('no apiKey') }]);
  expect(JSON.stringify(literal)).not.toContain('very-secret');
  expect(problemsOf({ CONFIG_FILE }, yaml(`[{baseUrl: "${B}", apiKeyEnv: GONE}]`))).toMatchObject([
    { key: 'llm.endpoints.0.apiKeyEnv', got: 'GONE' },
  ]);
});

test('variables take the place of the list in YAML', () => {
  const config = configFrom({ CONFIG_FILE, LLM_BASE_URL_2: 'http://c:1/v1' }, yaml(`[{baseUrl: "${B}"}]`));
  expect(serversOf(config, 'llm').map(({ baseUrl }) => baseUrl)).toEqual([A, 'http://c:1/v1']);
});

test('keys of the list stand in no dump', () => {
  const dump = JSON.stringify(redactedDump(configFrom({ LLM_BASE_URL_2: B, LLM_API_KEY_2: 'very-secret' })));
  expect(dump).toContain(B);
  expect(dump).not.toContain('very-secret');
});

const DEEPGRAM = { DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: 'ws://d:8080' };

test('each endpoint of a list has its provider, and the usual model of that', () => {
  const more = { STT_BASE_URL_2: B, STT_PROVIDER_2: 'openai', STT_BASE_URL_3: 'http://e:8080' };
  const servers = serversOf(configFrom({ ...DEEPGRAM, STT_PROVIDER: 'deepgram', ...more }), 'stt');
  expect(servers).toMatchObject([
    { baseUrl: 'http://d:8080/v1', wire: 'deepgram', model: 'nova-3' },
    { baseUrl: B, wire: undefined, model: 'whisper-1', keySetting: 'STT_API_KEY_2' },
    { baseUrl: 'http://e:8080/v1', wire: 'deepgram', model: 'nova-3', apiKey: undefined },
  ]);
  expect(serversOf(configFrom({ TTS_BASE_URL_2: B, TTS_PROVIDER_2: 'deepgram' }), 'tts')[1]).toMatchObject({
    ...{ wire: 'deepgram', model: 'aura-2-thalia-en', baseUrl: 'http://b:8000/v1' },
  });
});

test('a provider that does not serve the stage is refused', () => {
  expect(problemsOf({ LLM_BASE_URL_2: B, LLM_PROVIDER_2: 'deepgram' })).toMatchObject([
    { key: 'LLM_PROVIDER_2', got: 'deepgram', want: 'one of openai' },
  ]);
});

test('what a plugin serves has no list', () => {
  const providers = { ...PROVIDERS, fake };
  const env = { STT_PROVIDER: 'fake', FAKE_KEY: 'k', STT_BASE_URL_2: B };
  expect(() => configWith(providers, env)).toThrow('STT_ENDPOINTS');
});
