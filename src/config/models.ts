import type { Config } from './schema.ts';

const DEFAULT_MODELS = {
  stt: { openai: 'whisper-1', deepgram: 'nova-3' },
  tts: { openai: 'tts-1', deepgram: 'aura-2-thalia-en' },
} as const;

/** The model that each stage asks for: the configured one, or its provider's usual. */
export function modelNames({ stt, llm, tts }: Pick<Config, 'stt' | 'llm' | 'tts'>) {
  return {
    stt: stt.model ?? DEFAULT_MODELS.stt[stt.provider],
    llm: llm.model,
    tts: tts.model ?? DEFAULT_MODELS.tts[tts.provider],
  };
}

/**
 * The model endpoints that are spoken to by the OpenAI-compatible API, with what a request to each needs. Deepgram's
 * have no such routes.
 */
export function modelEndpoints({ stt, llm, tts }: Pick<Config, 'stt' | 'llm' | 'tts'>) {
  const all = [
    { name: 'stt' as const, settings: stt, isOurs: stt.provider === 'openai' },
    { name: 'llm' as const, settings: llm, isOurs: true },
    { name: 'tts' as const, settings: tts, isOurs: tts.provider === 'openai' },
  ];
  return all.flatMap(({ name, settings: { baseUrl, apiKey, headers, ...deadlines }, isOurs }) =>
    baseUrl && isOurs ? [{ name, baseUrl, apiKey, headers, deadlines }] : [],
  );
}
