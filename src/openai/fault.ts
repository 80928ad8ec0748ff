import { EndpointError, type EndpointFailure, type EndpointName } from '../errors.ts';
import { cleanUrl } from '../urls.ts';
import { failureHint } from './failure-hint.ts';
import { redactRequest } from './redact.ts';
import { refusalHint } from './refusal-hint.ts';

/** Whom a request went to, for its errors. */
export interface Target {
  endpoint: EndpointName;
  url: string;
  /** What must not show in an error although the server may quote it: the key, and each text of the request. */
  secrets?: readonly string[] | undefined;
  /** The setting that holds the key, where it is not the stage's own. */
  keySetting?: string | undefined;
}

interface FaultOptions {
  hint?: string | undefined;
  status?: number;
  cause?: unknown;
  isPassing?: boolean;
}

/** An `EndpointError` for `target`, its URL without credentials and query. It says what to do, unless we ended the call. */
export function fault(
  target: Target,
  failure: EndpointFailure,
  message: string,
  options: FaultOptions = {},
): EndpointError {
  const { endpoint, url } = target;
  const { hint = failureHint(failure, endpoint), ...rest } = options;
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
  readonly #said: string;

  constructor(target: Target, status: number, headers: Headers, body: string) {
    const said = excerpt(body, target);
    const waitMs = retryAfterMs(headers);
    super(`answered ${status}${besides(target, status, headers, waitMs)}${said === '' ? '' : `: ${said}`}`, {
      endpoint: target.endpoint,
      url: cleanUrl(target.url),
      failure: 'status',
      status,
      ...(said === '' ? {} : { reason: said }),
      hint: refusalHint({ ...target, status, said }),
    });
    this.name = 'EndpointError';
    this.retryAfterMs = waitMs;
    this.#said = messageIn(body) ?? body;
  }

  /** The server's words, which may repeat the request: to decide by, never to log. */
  get said(): string {
    return this.#said;
  }
}

function besides(target: Target, status: number, headers: Headers, waitMs: number | undefined): string {
  const location = headers.get('location');
  if (status < 400 && location !== null) return ` (redirects to ${cleanUrl(location, target.url)})`;
  return waitMs === undefined ? '' : ` (asks to wait ${Math.round(waitMs / 100) / 10} s)`;
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
/** More of a body is not looked at, unless it is JSON. */
const READ_CHARS = 4096;

/**
 * What a server said, in one line of at most 200 characters, without what is secret, without words of the request, and
 * without anything like a key. Linear in `body`.
 */
export function excerpt(body: string, { url, secrets = [] }: Target): string {
  const { search, username, password } = new URL(url);
  let text = (messageIn(body) ?? body).slice(0, READ_CHARS);
  if (isBinary(text)) return '(no text)';
  if (/^\s*</.test(text)) text = readableHtml(text);
  // llama-server: the source of the chat template stands before it.
  const reasonAt = text.lastIndexOf('Jinja Exception: ');
  if (reasonAt > 0) text = text.slice(reasonAt);
  for (const secret of [...secrets, search, username, password]) {
    if (secret.length >= 4) text = text.replaceAll(secret, '…');
  }
  text = redactRequest(text, secrets)
    .replace(/\b(Bearer\s|sk-)[^\s"',}]+/gi, '$1…')
    .replace(/[\s\p{Cc}\ufffd]+/gu, ' ')
    .trim();
  return text.length > EXCERPT_CHARS ? `${text.slice(0, EXCERPT_CHARS)}…` : text;
}

/** Bytes that are no text decode to control characters and U+FFFD; a text in another encoding has a few of these. */
function isBinary(text: string): boolean {
  const odd = text.match(/(?!\s)[\p{Cc}\ufffd]/gu)?.length ?? 0;
  return odd > text.length / 20;
}

function readableHtml(text: string): string {
  const title = /<title(?: [^<>]*)?>([^<]*)/i.exec(text)?.[1];
  return title ?? text.replace(/<[^<>]*>/g, ' ');
}

/**
 * The message of a JSON error: `{error: {message}}` (OpenAI, vLLM), `{message}`, `{err_msg}`, `{detail}` (FastAPI). FastAPI's
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
    const message =
      typeof one === 'string' ? one : (field(one, 'message') ?? field(one, 'msg') ?? field(one, 'err_msg'));
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
