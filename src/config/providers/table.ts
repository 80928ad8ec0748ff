import { deepgram } from './deepgram.ts';
import { openai } from './openai.ts';
import type { Providers } from './provider.ts';

/** Every provider, by the name that settings choose it by; the first that has a stage is the stage's default. */
export const PROVIDERS = {
  openai,
  deepgram,
} as const satisfies Providers;
