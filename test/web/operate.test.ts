import { expect, test } from 'vitest';
import { endpointServer } from '../helpers/endpoint-server.ts';
import { createTestWeb, LOCAL, REMOTE } from '../helpers/web.ts';

const OPERATOR = 'an-operator-token-of-these-tests';
const CALLER = 'a-caller-token-of-these-unit-tests';

/** The page with an operator and a caller, beside workers at this URL. */
function pageFor(workersUrl: string) {
  const credentials = [
    { name: 'wall', tokenFile: '/operator', may: ['operate'] },
    { name: 'shop', tokenFile: '/caller', may: ['join'] },
  ];
  const env = { WORKERS_URL: workersUrl, WEB_CREDENTIALS: JSON.stringify(credentials) };
  const { app } = createTestWeb(env, true, { '/operator': OPERATOR, '/caller': CALLER });
  return (token?: string, visitor: typeof REMOTE = REMOTE) => {
    const headers = { ...visitor.headers, ...(token && { authorization: `Bearer ${token}` }) };
    return app.inject({ url: '/api/workers', ...visitor, headers });
  };
}

test('an operator sees every worker; one that does not answer is there as such', async () => {
  const worker = await endpointServer();
  worker.on('GET /status', (exchange) => exchange.reply(200, { slots: 8, calls: [] }));
  const ask = pageFor(worker.origin);
  const at = new URL(worker.origin).host;
  expect((await ask(OPERATOR)).json()).toEqual({ workers: [{ at, status: { slots: 8, calls: [] } }] });
  await worker.close();
  expect((await ask(OPERATOR)).json()).toEqual({ workers: [{ at, problem: expect.any(String) }] });
});

test('nobody else does, but for a browser of the machine of `npm run dev`, which may join each room anyway', async () => {
  const ask = pageFor('http://127.0.0.1:1');
  expect((await ask(CALLER)).statusCode).toBe(403);
  expect((await ask()).statusCode).toBe(401);
  const { app } = createTestWeb();
  expect((await app.inject({ url: '/api/workers', ...LOCAL })).json()).toEqual({ workers: [] });
  expect((await app.inject({ url: '/api/workers', ...REMOTE })).statusCode).toBe(403);
});
