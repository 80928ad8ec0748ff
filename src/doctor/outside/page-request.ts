import { AppError } from '../../errors.ts';
import { unreached } from './failure.ts';

/** For a hop that asks a server by its name: two lookups of which a packet is lost take 5 s each. */
export const BY_NAME_WITHIN_MS = 20_000;

/** What a page of ours answers in the place of what was asked for. */
export class PageRefusal extends AppError {
  readonly status: number;

  constructor(status: number, message: string, hint: string | undefined) {
    super(`${status}: ${message}`, { ...(hint !== undefined && { hint }) });
    this.status = status;
  }
}

export interface PageRequest {
  page: URL;
  /** Below the page, such as `api/config`. */
  path: string;
  bearer?: string | undefined;
  /** Makes it a POST. */
  body?: object;
  signal: AbortSignal;
  fetch: typeof fetch;
}

/**
 * A JSON answer of the page.
 *
 * @throws PageRefusal with the page's own words; AppError when it was not reached, or something else answers in its place
 */
export async function askPage({ page, path, bearer, body, signal, fetch }: PageRequest): Promise<object> {
  const url = new URL(path, page);
  const headers = {
    accept: 'application/json',
    ...(bearer && { authorization: `Bearer ${bearer}` }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const init = { headers, signal, redirect: 'manual' as const };
  const post = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(url, { ...init, ...post }).catch((error) => {
    throw unreached(url, error);
  });
  const text = await response.text().catch((error) => {
    throw unreached(url, error);
  });
  const answer = jsonIn(text);
  if (response.ok && typeof answer === 'object' && answer !== null) return answer;
  const refusal = refusalIn(answer);
  if (refusal) throw new PageRefusal(response.status, refusal.message, refusal.hint);
  throw notThePage(url, response, text);
}

/** Something between us and the page, or in its place. */
function notThePage(url: URL, { status, headers }: Response, text: string): AppError {
  const location = headers.get('location');
  if (location && status >= 300 && status < 400) {
    const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const isUpgrade = target?.protocol === 'https:' && url.protocol === 'http:' && target.host === url.host;
    return new AppError(
      `${url.host} sends us on to ${target ? target.origin + target.pathname : 'nowhere'}`,
      {
        hint: isUpgrade
          ? `--page ${target.origin}`
          : `sign-on or a proxy stands before the page: let /api/ through without it, or give the address that the page has behind it`,
      },
    );
  }
  const what = /^\s*</.test(text)
    ? 'with a web page'
    : text.trim() === ''
      ? 'with nothing'
      : 'with something else';
  if (status >= 500)
    return new AppError(`${url.host} answers ${status} ${what}: nothing serves the page behind it`, {
      hint: 'see that the pods of the page are ready, and that the route leads to their Service: kubectl get pods,endpointslices,httproute',
    });
  return new AppError(
    `${url.host} answers ${status} to ${url.pathname} ${what}, which is not the page of a voice agent`,
    {
      hint: 'open the address in a browser: where a login page or a proxy answers, let /api/ through without it; else give the address of the page, or route its host to it (HTTPRoute)',
    },
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalIn(answer: unknown): { message: string; hint: string | undefined } | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const { error } = answer;
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  if (typeof error.message !== 'string') return undefined;
  return { message: error.message, hint: 'hint' in error ? String(error.hint) : undefined };
}
