import { afterEach, expect, test } from 'vitest';
import { DialRefused } from '../../src/phone/outbound/choose-trunk.ts';
import { TooMany } from '../../src/phone/outbound/dial-limits.ts';
import type { Dialler } from '../../src/phone/outbound/dialler.ts';
import type { CallOrder } from '../../src/phone/outbound/place-call.ts';
import { createTestWeb, REMOTE, type TestWeb } from '../helpers/web.ts';

const DIALS = 'a-token-that-may-place-calls';
const JOINS = 'a-token-that-may-only-join-them';
const PLACED = { room: 'r', trunk: 't', result: 'answered', wasDialled: true, rangMs: 1 } as const;
let web: TestWeb | undefined;
afterEach(async () => web?.app.close());

function started(dial: Dialler['dial'] = async () => PLACED) {
  const ordered: CallOrder[] = [];
  const credentials = [
    { name: 'crm', tokenFile: '/dials', may: ['dial'], prompts: ['default'] },
    { name: 'page', tokenFile: '/joins', may: ['join'] },
  ];
  const dialler: Dialler = {
    dial(order, signal) {
      ordered.push(order);
      return dial(order, signal);
    },
  };
  const files = { '/dials': DIALS, '/joins': JOINS };
  web = createTestWeb({ WEB_CREDENTIALS: JSON.stringify(credentials) }, true, files, undefined, dialler);
  const { app, lines } = web;
  const post = (payload: object, token?: string) =>
    app.inject({
      ...{ method: 'POST', url: '/api/calls', payload, remoteAddress: REMOTE.remoteAddress },
      headers: { ...REMOTE.headers, ...(token && { authorization: `Bearer ${token}` }) },
    });
  return { post, ordered, lines };
}

test('a credential that may dial has a number called, with a prompt and variables', async () => {
  const { post, ordered, lines } = started();
  const answer = await post({ to: '+60312345678', variables: { name: 'Aisyah' } }, DIALS);
  expect([answer.statusCode, answer.json()]).toEqual([201, PLACED]);
  expect(ordered).toEqual([{ to: '+60312345678', variables: { name: 'Aisyah' }, prompt: 'default' }]);
  expect(lines.join()).not.toContain('+60312345678');
});

test.each([
  ['without a credential', undefined, {}, 401],
  ['with one that may only join', JOINS, {}, 403],
  ['with a prompt that it may not use', DIALS, { prompt: 'phone' }, 403],
  ['without a number', DIALS, { to: undefined }, 400],
  ['with a key that there is not', DIALS, { number: '1' }, 400],
])('%s nobody is called', async (_, token, more, status) => {
  const { post, ordered } = started();
  expect((await post({ to: '+60312345678', ...more }, token)).statusCode).toBe(status);
  expect(ordered).toEqual([]);
});

test('a number that may not be called, and a limit, are told as such', async () => {
  const refused = started(() => Promise.reject(new DialRefused('emergency', 'do not')));
  expect((await refused.post({ to: '999' }, DIALS)).statusCode).toBe(403);
  await web?.app.close();
  const many = started(() => Promise.reject(new TooMany('2 calls at once', 'main', 'atOnce', 10_000)));
  const answer = await many.post({ to: '+60312345678' }, DIALS);
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '10']);
});
