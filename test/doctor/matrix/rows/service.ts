import type { Row } from '../row.ts';

/** Worker and page. */
export const SERVICE: readonly Row[] = [
  {
    broken: 'no worker runs',
    hop: 'ready',
    says: 'log',
    async breaks(site, settings) {
      site.afterwards(() => site.restartWorker());
      await site.worker.stop();
      return settings;
    },
  },
  {
    broken: 'a worker with another LiveKit key, which is not registered',
    hop: 'ready',
    says: 'log',
    async breaks(site, settings) {
      await site.spoilWorker({ LIVEKIT_API_KEY: 'APIunknown' });
      return settings;
    },
  },
];
