import { expect, test } from 'vitest';
import { chat, say, startBuiltIn } from './start.ts';

test('a status fault answers with an error body like OpenAI', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { llm: [{ status: 429, retryAfterS: 2, times: 1 }] } });
  const response = await chat(standIn, 'hello');
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('2');
  expect(await response.json()).toMatchObject({ error: { type: 'rate_limit_error' } });
  expect((await chat(standIn, 'hello')).status).toBe(200);
  expect(standIn.counts('llm')).toMatchObject({ total: 2, faulted: 1, answered: 1 });
});

test('the journal keeps what was asked of a request that was answered by a fault', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { llm: [{ status: 500 }] } });
  await chat(standIn, 'my bill');
  expect(standIn.requests('llm')[0]).toMatchObject({
    outcome: 'faulted',
    fault: { status: 500 },
    details: { messages: [{ role: 'user', content: 'my bill' }] },
  });
});

test('garbage is an HTML page with status 200', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { tts: [{ garbage: true }] } });
  const response = await say(standIn, 'hello');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(await response.text()).toMatch(/^<!doctype html>/);
});

test('a cut answer breaks the connection after exactly so many bytes', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { tts: [{ cutAfterBytes: 5001 }] } });
  const response = await say(standIn, 'hello out there');
  let received = 0;
  const reading = (async () => {
    for await (const bytes of response.body ?? []) received += bytes.length;
  })();
  await expect(reading).rejects.toThrow('terminated');
  expect(received).toBe(5001);
  await expect.poll(() => standIn.counts('tts').faulted).toBe(1);
});

test('a stalled answer stays open after so many bytes until the client leaves, and is counted as aborted', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { tts: [{ stallAfterBytes: 1000 }] } });
  const leaving = new AbortController();
  const response = await say(standIn, 'hello out there', {}, leaving.signal);
  const reader = response.body?.getReader();
  let received = 0;
  while (received < 1000) received += (await reader?.read())?.value?.length ?? 0;
  expect(received).toBe(1000);
  expect(standIn.counts('tts')).toMatchObject({ pending: 1 });
  leaving.abort();
  await expect.poll(() => standIn.counts('tts')).toMatchObject({ pending: 0, aborted: 1 });
});

test('an endpoint that hangs reads the request and never answers', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { llm: [{ hang: true }] } });
  const leaving = new AbortController();
  const answer = chat(standIn, 'hello', {}, leaving.signal);
  await expect.poll(() => standIn.requests('llm')[0]?.details).toBeDefined();
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await expect.poll(() => standIn.counts('llm').aborted).toBe(1);
});

test('a chat stream can end without [DONE]', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { llm: [{ withoutDone: true, times: 1 }] } });
  const cut = await (await chat(standIn, 'hello', { stream: true })).text();
  expect(cut).toContain('"finish_reason":"stop"');
  expect(cut).not.toContain('[DONE]');
  expect(await (await chat(standIn, 'hello', { stream: true })).text()).toMatch(/data: \[DONE\]\n\n$/);
});

test('a wrong content type comes with the right body', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { llm: [{ contentType: 'text/plain' }] } });
  const response = await chat(standIn, 'hello');
  expect(response.headers.get('content-type')).toBe('text/plain');
  expect(await response.json()).toMatchObject({ object: 'chat.completion' });
});
