import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { OutsideCheck, OutsideSeen } from '../../../src/doctor/outside/context.ts';
import { signalToken } from '../../../src/doctor/outside/signal-token.ts';
import { failureOf, tryFrom } from './hops.ts';

const TOKEN = 'token-of-this-test';
/** The hop alone: what it needs is given. */
const hop: OutsideCheck = { ...signalToken, needs: [] };

interface Scripted {
  /** Of `/rtc/validate`. */
  status?: number;
  text?: string;
  /** LiveKit's clock. */
  atMs?: number;
}

/** A signalling server on loopback. */
async function livekit({ status = 200, text = 'success', atMs = Date.now() }: Scripted) {
  const server = createServer((_request, response) =>
    response.writeHead(status, { date: new Date(atMs).toUTCString() }).end(text),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const join = async (scripted: Scripted, more: OutsideSeen = {}) =>
  tryFrom([hop], { seen: { url: await livekit(scripted), token: TOKEN, ...more } });

test('who is let in is, and tells nobody by what', async () => {
  const results = await join({});
  expect(results).toMatchObject([{ verdict: 'ok' }]);
  expect(JSON.stringify(results)).not.toContain(TOKEN);
});

test('another key, another secret and another clock are told apart, and the token is not repeated', async () => {
  const refused = { status: 401, text: `invalid token: ${TOKEN}` };
  const key = await failureOf(join({ status: 401, text: 'invalid API key: devkey' }, { pageSkewMs: 0 }));
  expect(key.fix).toContain('must be a pair');
  const secret = await failureOf(join(refused, { pageSkewMs: 0 }));
  expect(secret.fix).toContain('LIVEKIT_API_SECRET');
  const clock = await failureOf(join({ ...refused, atMs: Date.now() - 400_000 }, { pageSkewMs: 0 }));
  expect(clock).toMatchObject({ fix: expect.stringMatching(/^set the clocks/) });
  expect(clock.cause).toMatch(/40\d s behind the one that the token was made by/);
  expect(JSON.stringify([key, secret, clock])).not.toContain(TOKEN);
});

test('a wrong clock of this machine is not taken for one of LiveKit', async () => {
  const scripted = { status: 401, text: 'invalid token', atMs: Date.now() - 400_000 };
  const failed = await failureOf(join(scripted, { pageSkewMs: -400_000 }));
  expect(failed.fix).toContain('LIVEKIT_API_SECRET');
});
