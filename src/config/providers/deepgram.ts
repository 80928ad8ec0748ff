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

/** Deepgram's own protocols: sound as it is spoken over a WebSocket, speech over HTTP. */
export const deepgram: Provider<typeof settings> = {
  settings,
  needs: {
    apiKey: "Deepgram's key",
    baseUrl: "Deepgram's base URL; calls never leave for the cloud by default",
  },
  wire: { name: 'deepgram', baseUrl: rootOf },
  stt: { defaultModel: 'nova-3' },
  tts: { defaultModel: 'aura-2-thalia-en', modelIsVoice: true },
};

/** Given with or without its version, and as a WebSocket's or not. */
export function rootOf(baseUrl: string): string {
  return `${baseUrl.replace(/^ws/, 'http').replace(/\/+(v1\/*)?$/, '')}/v1`;
}
