import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { webhookMessage } from '../../src/records/message.ts';
import { createWebhook } from '../../src/records/webhook.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const message = webhookMessage('call.ended', 'AJ_1', Date.UTC(2026, 0, 1), {
  callId: 'AJ_1',
  reason: 'left',
});

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A receiver that answers so; `undefined` never does. */
async function receiver(status: number | undefined, headers: Record<string, string> = {}) {
  const requests: { headers: Record<string, string>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ headers: request.headers as Record<string, string>, body });
    if (status !== undefined) response.writeHead(status, headers).end('thanks');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=s3cret` };
}

test('the scheme’s own library finds the request well signed', async () => {
  const { url, requests } = await receiver(204);
  expect(await createWebhook({ url, secret })(message)).toEqual({});
  const [request] = requests;
  expect(request?.headers['webhook-id']).toBe('msg_AJ_1_call_ended');
  expect(new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {})).toEqual({
    type: 'call.ended',
    timestamp: '2026-01-01T00:00:00.000Z',
    data: { callId: 'AJ_1', reason: 'left' },
  });
});

test.each([
  [410, { isFinal: true, hint: expect.stringContaining('no more') }],
  [500, {}],
  [302, { hint: expect.stringContaining('not followed') }],
  [401, { hint: expect.stringContaining('WEBHOOK_SECRET') }],
])('a receiver that answers %i has not taken it', async (status, expected) => {
  const elsewhere = await receiver(200);
  const { url } = await receiver(status, { location: elsewhere.url });
  const sent = await createWebhook({ url, secret })(message);
  expect(sent).toMatchObject({ failed: expect.stringContaining(`answered ${status}`), ...expected });
  expect(JSON.stringify(sent)).not.toContain('s3cret');
  expect(elsewhere.requests).toEqual([]);
});

test('a receiver that hangs, or is not there, has not taken it', async () => {
  const { url } = await receiver(undefined);
  expect(await createWebhook({ url, secret, withinMs: 50 })(message)).toMatchObject({
    failed: expect.stringContaining('no answer'),
  });
  expect(await createWebhook({ url: 'http://127.0.0.1:9/', secret })(message)).toMatchObject({
    failed: expect.any(String),
  });
});
