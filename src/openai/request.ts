import type { EndpointError } from '../errors.ts';
import { systemClock } from './clock.ts';
import { type Answer, type Call, type CallOptions, exchange } from './exchange.ts';
import { settingOf } from './failure-hint.ts';
import { excerpt, fault, RefusedError } from './fault.ts';
import type { RetryPolicy } from './retry.ts';
import { retrying } from './route.ts';

/** How a call is made and repeated; what every function of this folder takes besides its own options. */
export type RemoteOptions = CallOptions & RetryPolicy;

export type RequestOptions = Call & RetryPolicy;

/**
 * One HTTP exchange under three deadlines (connect, first byte, stall), with retries before the first byte of
 * the answer only. Resolves with a 2xx answer whose body has begun. Redirects are never followed, so the key never
 * leaves its origin.
 * @throws EndpointError — `connect`, `first-byte`, `status`, `invalid`, `aborted`; the body throws `stall`, `aborted`
 */
export function request(options: RequestOptions): Promise<Answer> {
  return retrying(options, attemptOnce);
}

/** A single try of `request`, for callers whose answer begins later than its first byte. */
export async function attemptOnce(call: Call, attempt: number): Promise<Answer> {
  const answer = await exchange(call);
  if (answer.status < 200 || answer.status > 299) {
    throw new RefusedError(call, answer.status, answer.headers, await whatItSaid(answer));
  }
  const encoding = answer.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    answer.close();
    throw fault(call, 'invalid', `answered with content-encoding ${encoding.slice(0, 40)}`, {
      hint: 'Compression was not asked for: turn it off for this route, at the server or the proxy before it.',
    });
  }
  if (answer.headers.get('content-type')?.includes('html') && /^\s*</.test(decode(answer.head))) {
    const said = excerpt(await whatItSaid(answer), call);
    throw fault(call, 'invalid', `answered ${answer.status} with a web page: ${said}`, {
      hint: `${settingOf(call.endpoint, 'BASE_URL')} leads to a web site or a proxy login, not to an OpenAI-compatible API.`,
      // A proxy's error page is there for a moment, as its 502 is.
      isPassing: true,
    });
  }
  const { connectMs, firstByteMs } = answer;
  call.onTiming?.({ attempt, connectMs, firstByteMs });
  return answer;
}

/**
 * Reads a body of text whole, within `stallTimeoutMs` in all: servers send such answers at once, and one that comes
 * byte by byte would hold a turn for hours.
 * @throws EndpointError — `stall`, `aborted`; `invalid` beyond `limitBytes` (1 MiB)
 */
export async function readText(call: Call, answer: Answer, limitBytes = 1_048_576): Promise<string> {
  const { clock = systemClock, deadlines } = call;
  const ms = deadlines.stallTimeoutMs;
  let late: EndpointError | undefined;
  const stop = clock.after(ms, () => {
    late = fault(call, 'stall', `timed out: not all of the answer within ${ms} ms of its first byte`);
    answer.close();
  });
  try {
    const text = await upTo(limitBytes, answer);
    if (text.length > limitBytes) throw fault(call, 'invalid', `answered more than ${limitBytes} bytes`);
    return text;
  } catch (error) {
    throw late ?? error;
  } finally {
    stop();
  }
}

/** Where `path` is below `baseUrl`, which may end in `/` and may carry a query. `/v1` is the user's to add. */
export function endpointUrl(baseUrl: string, path: string): string {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
}

/** Headers of a request; self-hosted servers often want no key. `headers`, in lower case, win. */
export function authorization(
  apiKey: string | undefined,
  headers: Readonly<Record<string, string>> = {},
  wire: { authorization(apiKey: string): Readonly<Record<string, string>> } = OPENAI,
): Record<string, string> {
  return { ...(apiKey ? wire.authorization(apiKey) : {}), ...headers };
}

const OPENAI = { authorization: (apiKey: string) => ({ authorization: `Bearer ${apiKey}` }) };

const SAID_BYTES = 4096;

/** An error's body is only an explanation: if it cannot be read, the status speaks alone. */
async function whatItSaid(answer: Answer): Promise<string> {
  return upTo(SAID_BYTES, answer).catch(() => '');
}

/** The body as text; stops soon after `bytes`. */
async function upTo(bytes: number, answer: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > bytes) break;
  }
  return decode(Buffer.concat(chunks));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
