import { EndpointError, type EndpointFailure, type EndpointName } from '../errors.ts';

/** Whom a request went to, for its errors. */
export interface Target {
  endpoint: EndpointName;
  url: string;
  /** What must not show in an error although the server may echo it: key, text to speak, prompt. */
  secrets?: readonly string[] | undefined;
}

interface FaultOptions {
  hint?: string | undefined;
  status?: number;
  cause?: unknown;
}

/** An `EndpointError` for `target`, its URL without credentials and query. */
export function fault(
  target: Target,
  failure: EndpointFailure,
  message: string,
  { hint, ...rest }: FaultOptions = {},
): EndpointError {
  const { endpoint, url } = target;
  return new EndpointError(message, {
    endpoint,
    url: cleanUrl(url),
    failure,
    ...(hint === undefined ? {} : { hint }),
    ...rest,
  });
}

/** A status outside 2xx, with how long the server asked to wait. */
export class RefusedError extends EndpointError {
  readonly retryAfterMs: number | undefined;

  constructor(target: Target, status: number, headers: Headers, body: string) {
    const said = excerpt(body, target);
    const location = headers.get('location');
    const to = status < 400 && location !== null ? ` (redirects to ${cleanUrl(location, target.url)})` : '';
    super(`answered ${status}${to}${said === '' ? '' : `: ${said}`}`, {
      endpoint: target.endpoint,
      url: cleanUrl(target.url),
      failure: 'status',
      status,
      hint: statusHint(target, status),
    });
    this.name = 'EndpointError';
    this.retryAfterMs = retryAfterMs(headers);
  }
}

/** `url` (relative to `base`) without credentials, query and fragment. */
export function cleanUrl(url: string, base?: string): string {
  if (!URL.canParse(url, base)) return '(not a URL)';
  const { origin, pathname } = new URL(url, base);
  return origin + pathname;
}

function statusHint({ endpoint, url }: Target, status: number): string {
  if (status < 400) return 'Redirects are not followed: set the base URL to where the server really is.';
  if (status === 401 || status === 403) return `The server wants another API key for ${endpoint}.`;
  if (status === 404 && !/\/v\d+\//.test(new URL(url).pathname)) {
    return 'Check the base URL: most servers want it to end in /v1.';
  }
  if (status === 404 || status === 405) {
    return 'The server has no such route or model: check the base URL (its /v1) and the model name.';
  }
  if (status === 408 || status === 429 || status === 503)
    return 'The server is overloaded or still loading a model.';
  if (status >= 500)
    return 'The server failed: its own log says why. Check that the model is loaded and healthy.';
  return 'The server does not accept this request: check model, voice and language.';
}

function retryAfterMs(headers: Headers): number | undefined {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && Number.isFinite(Number(ms))) return Math.max(0, Number(ms));
  const after = headers.get('retry-after');
  if (after === null) return undefined;
  const waitMs = Number.isFinite(Number(after)) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

const EXCERPT_CHARS = 200;

/** What a server said, in one line of at most 200 characters, without what is secret and anything like a key. */
export function excerpt(body: string, { url, secrets = [] }: Target): string {
  const { search, username, password } = new URL(url);
  let text = messageIn(body) ?? body;
  if (/^\s*</.test(text)) text = /<title[^>]*>([^<]*)/i.exec(text)?.[1] ?? text.replace(/<[^>]*>/g, ' ');
  for (const secret of [...secrets, search, username, password]) {
    if (secret.length < 4) continue;
    text = text.replaceAll(secret, '…').replaceAll(JSON.stringify(secret).slice(1, -1), '…');
  }
  text = text
    .replace(/\b(Bearer\s+|sk-)[^\s"',}]+/gi, '$1…')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > EXCERPT_CHARS ? `${text.slice(0, EXCERPT_CHARS)}…` : text;
}

/**
 * The message of a JSON error: `{error: {message}}` (OpenAI, vLLM), `{message}`, `{detail}` (FastAPI). FastAPI's
 * list of faults repeats the request in `input`: only place and message are taken.
 */
function messageIn(body: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const detail = field(json, 'error') ?? field(json, 'detail') ?? json;
  const faults = (Array.isArray(detail) ? detail : [detail]).map((one: unknown) => {
    const message = typeof one === 'string' ? one : (field(one, 'message') ?? field(one, 'msg'));
    const place = field(one, 'loc');
    return typeof message !== 'string'
      ? ''
      : Array.isArray(place)
        ? `${place.join('.')}: ${message}`
        : message;
  });
  return faults.some((text) => text !== '') ? faults.join('; ') : undefined;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
