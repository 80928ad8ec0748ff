import { AppError, messageOf } from '../../errors.ts';
import { hideUrlSecrets } from '../../urls.ts';
import type { InsideCheck, InsideMeans } from '../inside-context.ts';

/** Workers and pages say that they can take callers: their `/readyz` at CHECK_READY_URLS. */
export const ready: InsideCheck = {
  id: 'ready',
  proves: 'worker and page are ready',
  async run({ config, signal, fetch }) {
    const urls = config.check.readyUrls.split(',').filter(Boolean);
    if (urls.length === 0) return undefined;
    await Promise.all(urls.map((url) => requireReady(url.trim(), { signal, fetch })));
    return hideUrlSecrets(urls.join(', '));
  },
};

async function requireReady(
  url: string,
  { signal, fetch }: Pick<InsideMeans, 'signal' | 'fetch'>,
): Promise<void> {
  const failed = (problem: string, hint: string, cause?: unknown) =>
    new AppError(`${hideUrlSecrets(url)}: ${problem}`, { hint, cause });
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    throw failed(messageOf(cause), START, cause);
  }
  if (response.ok) return;
  const text = (await response.text()).slice(0, 300);
  throw failed(`${response.status} ${text}`, text.includes('not registered') ? REGISTER : READ);
}

const READ = 'read the log of the process behind it (kubectl logs)';
const START = `start it, or see why it ended: kubectl get pods; ${READ}`;
const REGISTER = `LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET of the worker must be LiveKit’s; which it is, says its log (kubectl logs)`;
