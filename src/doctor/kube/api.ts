import type { IncomingMessage } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { AppError, messageOf } from '../../errors.ts';
import { isObject } from '../../openai/extra-body.ts';
import type { ClusterAccess } from './access.ts';

/** What the API of Kubernetes said of a request. */
export type Answer =
  | { kind: 'ok'; body: unknown }
  /** 403: the account may not. */
  | { kind: 'denied' }
  /** 404: no such object, or no such kind in this cluster. */
  | { kind: 'absent' };

/**
 * One GET. The API's client library is not used: all that this needs is a certificate authority and a token, which
 * `fetch` cannot be given and `node:https` can.
 *
 * @param path - such as `/api/v1/namespaces/livekit/pods`.
 * @throws AppError when nothing answers, the certificate or the credentials are refused, or an answer is none.
 */
export async function getFrom(access: ClusterAccess, path: string, signal: AbortSignal): Promise<Answer> {
  const url = new URL(path, access.server);
  const failed = (problem: string, hint: string, cause?: unknown) =>
    new AppError(`${url.origin}: ${problem}`, { hint, cause });
  const answer = await open(access, url, signal).catch((cause: unknown) => {
    const hint = `see that ${access.origin} is right, and that network policies let this out to the API`;
    throw failed(messageOf(cause), hint, cause);
  });
  const body = await text(answer);
  if (answer.statusCode === 403) return { kind: 'denied' };
  if (answer.statusCode === 404) return { kind: 'absent' };
  if (answer.statusCode === 401) {
    throw failed(
      'the credentials are refused (401)',
      `renew ${access.origin}: see that \`kubectl get pods\` works`,
    );
  }
  const parsed = parsedObject(body);
  if (answer.statusCode !== 200 || !parsed) {
    const said = parsed ? String(parsed.message ?? '') : 'not an answer of Kubernetes';
    throw failed(`${answer.statusCode} ${said.slice(0, 200)}`, `see what answers at ${url.origin}`);
  }
  return { kind: 'ok', body: parsed };
}

function open({ tls, token }: ClusterAccess, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  const headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return new Promise((done, fail) => {
    request(url, { ...tls, headers, signal }, done)
      .once('error', fail)
      .end();
  });
}

function parsedObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
