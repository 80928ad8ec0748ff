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
