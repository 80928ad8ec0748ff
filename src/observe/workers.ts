import { lookup } from 'node:dns/promises';
import { AppError, codeOf, messageOf } from '../errors.ts';
import type { WorkerStatus } from './status.ts';

export interface WorkersParts {
  /** Where workers serve health and metrics; a name of several addresses is all of them. */
  url: string;
  fetch?: typeof fetch;
  /** @throws an error with `code` ENOTFOUND when there are none */
  addressesOf?: (host: string) => Promise<readonly { address: string; family: number }[]>;
}

/** A worker that was asked, by its host and port; one that does not answer says why. */
export type AskedWorker =
  | { readonly at: string; readonly status: WorkerStatus }
  | { readonly at: string; readonly problem: string };

const ANSWERS_WITHIN_MS = 1500;

/**
 * The same path at each worker; none where the name has no address: a Service without pods.
 *
 * @throws what the look-up throws besides.
 */
export async function workerUrls(path: string, { url, addressesOf = allOf }: WorkersParts): Promise<URL[]> {
  const { hostname } = new URL(url);
  const addresses = await addressesOf(hostname.replace(/^\[(.*)\]$/, '$1')).catch((error) => {
    if (codeOf(error) === 'ENOTFOUND') return [];
    throw error;
  });
  return addresses.map(({ address, family }) => {
    const at = new URL(path, url);
    at.hostname = family === 6 ? `[${address}]` : address;
    return at;
  });
}

const allOf = (host: string) => lookup(host, { all: true });

/** What one worker answers within 1.5 s. @throws what `fetch` throws, AppError for a status that is no 2xx. */
export async function askWorker(url: URL, ask: typeof fetch = fetch): Promise<Response> {
  const response = await ask(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  if (!response.ok) throw new AppError(`answered ${response.status}`);
  return response;
}

/** The status of each worker, in the order of their addresses. None where the name has no address. */
export async function statusOfWorkers(parts: WorkersParts): Promise<AskedWorker[]> {
  const urls = await workerUrls('/status', parts);
  const asked = urls.map(async (url): Promise<AskedWorker> => {
    const at = url.host;
    try {
      return { at, status: (await (await askWorker(url, parts.fetch)).json()) as WorkerStatus };
    } catch (error) {
      return { at, problem: messageOf(error) };
    }
  });
  return (await Promise.all(asked)).sort((a, b) => (a.at < b.at ? -1 : 1));
}
