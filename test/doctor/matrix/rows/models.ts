import type { Row } from '../row.ts';

/** STT, LLM and TTS. */
export const MODELS: readonly Row[] = [
  {
    broken: 'the LLM’s base URL without its path',
    hop: 'chat',
    says: 'Check LLM_BASE_URL: most servers want it to end in /v1.',
    breaks: ({ standIn }, settings) => ({ ...settings, LLM_BASE_URL: standIn.url }),
    cure: 'settings',
  },
];
