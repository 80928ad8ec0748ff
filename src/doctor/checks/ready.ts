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
  const failed = (problem: string, cause?: unknown) =>
    new AppError(`${hideUrlSecrets(url)}: ${problem}`, {
      hint: 'read the log of the process behind it',
      cause,
    });
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    throw failed(messageOf(cause), cause);
  }
  if (!response.ok) throw failed(`${response.status} ${(await response.text()).slice(0, 300)}`);
}
