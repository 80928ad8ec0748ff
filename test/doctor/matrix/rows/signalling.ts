import type { Row } from '../row.ts';

/** The way to LiveKit, and what it takes. */
export const SIGNALLING: readonly Row[] = [
  {
    broken: 'another secret than LiveKit’s',
    hop: 'signal',
    says: 'must be a pair of the server’s `keys`',
    breaks: (_, settings) => ({
      ...settings,
      LIVEKIT_API_SECRET: 'a-secret-that-livekit-does-not-have-at-all',
    }),
    cure: 'settings',
  },
];
