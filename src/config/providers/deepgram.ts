import { setting } from '../setting.ts';
import { text, wsUrl } from '../types.ts';
import type { Provider } from './provider.ts';

const settings = {
  apiKey: setting('DEEPGRAM_API_KEY', text.optional(), 'Key for the Deepgram providers', { secret: true }),
  baseUrl: setting(
    'DEEPGRAM_BASE_URL',
    wsUrl.optional(),
    'Deepgram server, such as `http://deepgram:8080`; required with a Deepgram provider',
  ),
};

/** Deepgram's own protocols, spoken by LiveKit's plugin. */
export const deepgram: Provider<typeof settings> = {
  settings,
  needs: {
    apiKey: "Deepgram's key",
    baseUrl: "Deepgram's base URL; calls never leave for the cloud by default",
  },
  stt: {
    defaultModel: 'nova-3',
    plugin: {
      retriesItself: false,
      async create({ own: { apiKey = '', baseUrl = '' }, model, language = 'multi' }) {
        const { STT } = await import('@livekit/agents-plugin-deepgram');
        return new STT({ apiKey, baseUrl: rootOf(baseUrl, 'ws'), model, language });
      },
    },
  },
  tts: {
    defaultModel: 'aura-2-thalia-en',
    plugin: {
      modelIsVoice: true,
      async create({ own: { apiKey = '', baseUrl = '' }, model, speed }) {
        const { TTS } = await import('@livekit/agents-plugin-deepgram');
        const root = rootOf(baseUrl, 'http');
        return new TTS({ apiKey, baseUrl: root, model, ...(speed === undefined ? {} : { speed }) });
      },
    },
  },
};

/** The plugin appends `/v1/…` itself, and wants the scheme of the protocol that it speaks. */
export function rootOf(baseUrl: string, scheme: 'ws' | 'http'): string {
  return baseUrl.replace(/\/+(v1\/*)?$/, '').replace(/^(ws|http)/, scheme);
}
