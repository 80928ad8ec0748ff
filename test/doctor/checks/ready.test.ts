import { expect, test } from 'vitest';
import { ready } from '../../../src/doctor/checks/ready.ts';
import { inside } from '../../helpers/inside.ts';

const run = (urls: string, answer: () => Response | Promise<Response>) =>
  ready.run(inside({ CHECK_READY_URLS: urls }, { fetch: async () => answer() }));

test('without URLs there is nothing to check', async () => {
  expect(await run('', () => new Response())).toBeUndefined();
});

test('all of them must be ready', async () => {
  expect(await run('http://a/readyz,http://b/readyz', () => new Response())).toBe(
    'http://a/readyz, http://b/readyz',
  );
});

test('one that is not ready says why', async () => {
  const draining = () => new Response('{"reasons":["draining"]}', { status: 503 });
  await expect(run('http://a/readyz', draining)).rejects.toThrow(
    'http://a/readyz: 503 {"reasons":["draining"]}',
  );
});

test('one that LiveKit does not know names the settings that it may be', async () => {
  const unknown = () => new Response('{"reasons":["not registered with LiveKit"]}', { status: 503 });
  await expect(run('http://a/readyz', unknown)).rejects.toMatchObject({
    hint: expect.stringMatching(/^LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET of the worker/),
  });
});

test('one that does not answer is named', async () => {
  const refuses = () => Promise.reject(new Error('connection refused'));
  await expect(run('http://a/readyz', refuses)).rejects.toThrow('http://a/readyz: connection refused');
});
