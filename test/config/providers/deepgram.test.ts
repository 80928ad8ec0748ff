import { initializeLogger } from '@livekit/agents';
import { expect, test } from 'vitest';
import { deepgram, rootOf } from '../../../src/config/providers/deepgram.ts';

test('its server can be given with or without its version path', () => {
  expect(rootOf('http://deepgram:8080', 'ws')).toBe('ws://deepgram:8080');
  expect(rootOf('https://deepgram/v1/', 'ws')).toBe('wss://deepgram');
  expect(rootOf('wss://deepgram/v1', 'http')).toBe('https://deepgram');
});

test('its plugin is made for the model and server that are set', async () => {
  initializeLogger({ pretty: false, level: 'fatal' });
  const own = { apiKey: 'k', baseUrl: 'http://deepgram:8080/v1' };
  const stt = await deepgram.stt?.plugin?.create({ own, model: 'nova-2', language: undefined });
  const voice = { voice: 'not its own', speed: 1.2 };
  const tts = await deepgram.tts?.plugin?.create({ own, model: 'aura-2-luna-en', ...voice });
  expect([stt?.label, tts?.label]).toEqual(['deepgram.STT', 'deepgram.TTS']);
  expect([stt?.model, tts?.model]).toEqual(['nova-2', 'aura-2-luna-en']);
});
