import { followed } from '../follow.ts';
import type { Row } from '../row.ts';
import { AT } from '../site/network.ts';
import {
  type Listening,
  startBufferingProxy,
  startKeyedProxy,
  startLoginPage,
  startVoice,
} from '../site/proxies.ts';
import type { Site } from '../site/site.ts';

/** It ends with the row. */
async function opened(site: Site, server: Promise<Listening>): Promise<Listening> {
  const listening = await server;
  site.afterwards(listening.close);
  return listening;
}

/** STT, LLM and TTS. */
export const MODELS: readonly Row[] = [
  {
    broken: 'nothing listens where the STT should be',
    hop: 'models',
    says: 'STT_BASE_URL',
    breaks: (_, settings) => ({ ...settings, STT_BASE_URL: `http://${AT.models}:9` }),
    cure: 'settings',
  },
  {
    broken: 'a login page answers in place of the LLM',
    hop: 'models',
    says: 'LLM_BASE_URL',
    async breaks(site, settings) {
      const { url } = await opened(site, startLoginPage());
      return { ...settings, LLM_BASE_URL: `${url}/v1` };
    },
    cure: 'settings',
  },
  {
    broken: 'another API key than the LLM’s',
    hop: 'models',
    says: 'set LLM_API_KEY',
    async breaks(site, settings) {
      const { url } = await opened(site, startKeyedProxy(site.standIn.url, settings.LLM_API_KEY ?? ''));
      return { ...settings, LLM_BASE_URL: `${url}/v1`, LLM_API_KEY: 'another-key' };
    },
    cure: 'settings',
  },
  {
    broken: 'an STT model that the server does not have',
    hop: 'transcription',
    says: 'STT_MODEL=stand-in-stt',
    breaks: (_, settings) => ({ ...settings, STT_MODEL: 'Systran/faster-whisper-large-v9' }),
    cure: 'settings',
  },
  {
    broken: 'the LLM’s base URL without its path',
    hop: 'chat',
    says: 'Check LLM_BASE_URL: most servers want it to end in /v1.',
    breaks: ({ standIn }, settings) => ({ ...settings, LLM_BASE_URL: standIn.url }),
    cure: 'settings',
  },
  {
    broken: 'an LLM model that the server does not have',
    hop: 'chat',
    says: 'LLM_MODEL=',
    breaks: (_, settings) => ({ ...settings, LLM_MODEL: 'llama-9-70b' }),
    cure: 'settings',
  },
  {
    broken: 'an LLM that thinks before it answers',
    hop: 'chat',
    verdict: 'warn',
    says: 'LLM_EXTRA_BODY=',
    breaks({ standIn }, settings) {
      const chunks = [{ delta: { reasoning_content: 'They want a yes.' } }, { delta: { content: 'Yes.' } }];
      const end = [{ delta: {}, finish_reason: 'stop' }, 'data: [DONE]\n\n'];
      standIn.control({ llm: { always: { chunks: [...chunks, ...end] } } });
      return settings;
    },
    cure({ standIn }, fix, wrong) {
      // What the template of such a model does when it is asked so.
      standIn.answerChat(({ body }) =>
        JSON.stringify(body.chat_template_kwargs) === '{"enable_thinking":false}' ? 'Yes.' : undefined,
      );
      return followed(fix, wrong, wrong);
    },
  },
  {
    broken: 'the LLM takes the request and never answers',
    hop: 'chat',
    says: 'LLM_FIRST_BYTE_TIMEOUT_MS',
    breaks({ standIn }, settings) {
      standIn.control({ faults: { llm: [{ hang: true }] } });
      return { ...settings, LLM_FIRST_BYTE_TIMEOUT_MS: '3000' };
    },
  },
  {
    broken: 'a TTS model that the server does not have',
    hop: 'speech',
    says: 'TTS_MODEL=',
    breaks: (_, settings) => ({ ...settings, TTS_MODEL: 'piper' }),
    cure: 'settings',
  },
  {
    broken: 'a voice at 22,050 Hz whose raw samples do not say so',
    hop: 'speech',
    verdict: 'warn',
    says: 'TTS_FORMAT=wav',
    async breaks(site, settings) {
      const { url } = await opened(site, startVoice(site.standIn, 22_050));
      return { ...settings, TTS_BASE_URL: `${url}/v1` };
    },
    cure: 'settings',
  },
  {
    broken: 'a proxy before the TTS that holds its sound back until all of it is there',
    hop: 'speech',
    verdict: 'warn',
    says: 'proxy_buffering off',
    async breaks(site, settings) {
      site.standIn.control({ profile: { tts: { realtimeFactor: 1.5 } } });
      const { url } = await opened(site, startBufferingProxy(site.standIn.url));
      return { ...settings, TTS_BASE_URL: `${url}/v1` };
    },
  },
];
