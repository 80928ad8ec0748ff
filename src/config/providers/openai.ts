import { setting } from '../setting.ts';
import { httpUrl, text } from '../types.ts';
import type { Provider } from './provider.ts';

const settings = {
  baseUrl: setting(
    'OPENAI_BASE_URL',
    httpUrl.optional(),
    'Base URL for STT, LLM and TTS where they have none',
  ),
  apiKey: setting('OPENAI_API_KEY', text.optional(), 'Key for STT, LLM and TTS where they have none', {
    secret: true,
  }),
};

/** Any server with OpenAI's API: OpenAI's own, vLLM, speaches, whisper.cpp, Kokoro … */
export const openai: Provider<typeof settings> = {
  settings,
  stt: { defaultModel: 'whisper-1' },
  llm: { defaultModel: 'gpt-4o-mini' },
  tts: { defaultModel: 'tts-1' },
};
