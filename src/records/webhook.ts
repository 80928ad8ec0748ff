import { createHmac } from 'node:crypto';
import { messageOf } from '../errors.ts';
import { hideUrlSecrets } from '../urls.ts';
import type { Message, Send, Sent } from './message.ts';

const ANSWERED_WITHIN_MS = 15_000;

export interface WebhookParts {
  url: string;
  /** `whsec_` and base64. */
  secret: string;
  fetch?: typeof fetch;
  /** Milliseconds since the epoch. */
  wallNow?: () => number;
  withinMs?: number;
}

/**
 * The headers of a request as standardwebhooks.com has them (its specification, «Signature scheme»): HMAC-SHA256 over
 * `id.timestamp.body`, in base64.
 *
 * @param atMs - milliseconds since the epoch; receivers refuse what is older than five minutes, so each try has its own.
 */
export function signed(id: string, atMs: number, body: string, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** Tells a receiver by POST. Any 2xx is its thanks; it is never followed elsewhere, and 410 says that it wants no more of this. */
export function createWebhook({
  url,
  secret,
  wallNow = Date.now,
  withinMs = ANSWERED_WITHIN_MS,
  ...parts
}: WebhookParts): Send {
  return async ({ id, event, atMs, data }: Message): Promise<Sent> => {
    const { fetch: ask = fetch } = parts;
    const body = JSON.stringify({ type: event, timestamp: new Date(atMs).toISOString(), data });
    const headers = { 'content-type': 'application/json', ...signed(id, wallNow(), body, secret) };
    try {
      const signal = AbortSignal.timeout(withinMs);
      const response = await ask(url, { method: 'POST', headers, body, redirect: 'manual', signal });
      await response.body?.cancel().catch(() => {});
      return response.ok ? {} : refused(response.status, url);
    } catch (error) {
      return {
        failed: `${hideUrlSecrets(url)}: ${reasonOf(error, withinMs)}`,
        hint: 'check WEBHOOK_URL and its receiver',
      };
    }
  };
}

function refused(status: number, url: string): Sent {
  const failed = `${hideUrlSecrets(url)} answered ${status}`;
  if (status === 410)
    return { failed, isFinal: true, hint: 'the receiver wants no more: unset WEBHOOK_URL, or set another' };
  if (status >= 300 && status < 400)
    return { failed, hint: 'a redirect is not followed: set WEBHOOK_URL to where it leads' };
  if (status === 401 || status === 403) return { failed, hint: 'check that the receiver has WEBHOOK_SECRET' };
  return { failed };
}

function reasonOf(error: unknown, withinMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${withinMs} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause ?? error);
}
