import { expect, test } from 'vitest';
import { modelEndpoints, modelNames, servedBy, voiceName } from '../../src/config/models.ts';
import { PROVIDERS } from '../../src/config/providers/table.ts';
import { configFrom } from '../helpers/config.ts';
import { fake } from '../helpers/fake-provider.ts';
import { configWith } from '../helpers/provided.ts';

const DEEPGRAM = { DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: 'http://deepgram:8080' };
const withFake = { ...PROVIDERS, fake };

test('each stage asks for its provider’s usual model, or the one that is set', () => {
  expect(modelNames(configFrom())).toEqual({ stt: 'whisper-1', llm: 'gpt-4o-mini', tts: 'tts-1' });
  const env = { ...DEEPGRAM, STT_PROVIDER: 'deepgram', TTS_PROVIDER: 'deepgram', LLM_MODEL: 'qwen' };
  expect(modelNames(configFrom(env))).toEqual({ stt: 'nova-3', llm: 'qwen', tts: 'aura-2-thalia-en' });
});

test('a voice is named by its model and itself, by its model alone where that is the voice', () => {
  expect(voiceName(configFrom({ TTS_VOICE: 'af_heart' }))).toBe('tts-1 · af_heart');
  expect(voiceName(configFrom(), 'of the prompt')).toBe('tts-1 · of the prompt');
  expect(voiceName(configFrom({ ...DEEPGRAM, TTS_PROVIDER: 'deepgram' }))).toBe('aura-2-thalia-en');
});

test('only what speaks the OpenAI-compatible API is an endpoint of ours', () => {
  const names = (env: Record<string, string>) => modelEndpoints(configFrom(env)).map(({ name }) => name);
  expect(names({})).toEqual(['stt', 'llm', 'tts']);
  expect(names({ ...DEEPGRAM, STT_PROVIDER: 'deepgram' })).toEqual(['llm', 'tts']);
});

test('a provider that is added can be chosen, with settings of its own', () => {
  const env = { STT_PROVIDER: 'fake', FAKE_KEY: 'k', FAKE_URL: 'http://fake:1' };
  const served = servedBy(configWith(withFake, env), 'stt', withFake);
  expect(served).toMatchObject({ model: 'fake-ears', baseUrl: 'http://fake:1', own: { key: 'k' } });
});

test('what it needs is wanted where it is chosen, and not where it is not', () => {
  expect(() => configWith(withFake, { LLM_PROVIDER: 'fake', TTS_PROVIDER: 'fake' })).toThrow(
    /^One setting is wrong:\n {2}FAKE_KEY: got \(not set\); want the key of the fake provider$/m,
  );
  expect(() => configWith(withFake, {})).not.toThrow();
});

test('one that is not there is refused, with those that are', () => {
  expect(() => configFrom({ STT_PROVIDER: 'fake' })).toThrow(
    'STT_PROVIDER: got "fake"; want one of openai, deepgram',
  );
});
