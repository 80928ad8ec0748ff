import { messageOf } from '../../../src/errors.ts';
import { ApiError } from '../answer.ts';
import type { Api } from '../api.ts';
import { type Observed, statusOf } from './status.ts';
import type { Pod } from './types.ts';

/** Tells the API a pod's status, one patch at a time: changes during one are told by the next. */
export function createReporter(
  api: Api,
  path: string,
  pod: Pod,
  observe: () => Omit<Observed, 'startTime'>,
  log: (text: string) => void,
) {
  const startTime = new Date().toISOString();
  let known = pod;
  let running: Promise<void> | undefined;
  let isStale = false;

  async function tell(): Promise<void> {
    while (isStale) {
      isStale = false;
      const status = statusOf(known, { ...observe(), startTime }, new Date().toISOString());
      known = { ...known, status };
      const body = { metadata: { uid: pod.metadata.uid }, status };
      await api.patch(`${path}/status`, body, 'strategic-merge').catch((error: unknown) => {
        // Deleted by force, or already another pod of that name.
        const isGone = error instanceof ApiError && [404, 409].includes(error.status);
        if (!isGone) log(`${path}: status not told: ${messageOf(error)}`);
      });
    }
    running = undefined;
  }

  return {
    changed(): void {
      isStale = true;
      running ??= Promise.resolve().then(tell);
    },
    /** Fulfilled when all is told. */
    flush: async (): Promise<void> => running,
  };
}
