import { expect, test } from 'vitest';
import { chat, postJson, startBuiltIn } from './start.ts';

test('scripts, speeds and faults are set over HTTP, and read back with the requests so far', async () => {
  const standIn = await startBuiltIn();
  const change = {
    profile: { llm: { ttftMs: 100 } },
    stt: { answers: ['hello'] },
    llm: { rules: [{ match: 'bill', answer: 'Forty.' }] },
    faults: { tts: [{ status: 500, times: 2 }] },
  };
  expect((await postJson(`${standIn.url}/control`, change)).status).toBe(200);
  await chat(standIn, 'my bill');
  const state = await (await fetch(`${standIn.url}/control`)).json();
  expect(state).toMatchObject({
    ...change,
    standIn: true,
    counts: { llm: { total: 1, answered: 1 }, tts: { total: 0 } },
    requests: [{ route: 'llm', outcome: 'answered', details: { answer: 'Forty.' } }],
  });
});

test('a change leaves alone what it does not name', async () => {
  const standIn = await startBuiltIn({ profile: { stt: { latencyMs: 5 } } });
  standIn.control({ llm: { always: 'Yes.' }, profile: { llm: { ttftMs: 7 } } });
  standIn.control({ stt: { always: 'hello' } });
  expect(await (await fetch(`${standIn.url}/control`)).json()).toMatchObject({
    profile: { stt: { latencyMs: 5 }, llm: { ttftMs: 7 } },
    llm: { always: 'Yes.' },
    stt: { always: 'hello' },
  });
});

test('a reset goes back to the start, then applies the rest of the change', async () => {
  const standIn = await startBuiltIn({ profile: { stt: { latencyMs: 5 } } });
  standIn.control({
    llm: { answers: ['a'] },
    faults: { llm: [{ status: 500 }] },
    profile: { stt: { latencyMs: 9 } },
  });
  await chat(standIn, 'hello');
  standIn.control({ reset: true, llm: { always: 'b' } });
  const state = await (await fetch(`${standIn.url}/control`)).json();
  expect(state).toMatchObject({
    profile: { stt: { latencyMs: 5 } },
    llm: { answers: [], always: 'b' },
    requests: [],
  });
  expect(await (await chat(standIn, 'hello')).json()).toMatchObject({
    choices: [{ message: { content: 'b' } }],
  });
});

test.each([
  ['an unknown key', { llm: { anwsers: ['x'] } }],
  ['a broken expression', { llm: { rules: [{ match: '(', answer: 'x' }] } }],
  ['a negative latency', { profile: { stt: { latencyMs: -1 } } }],
])('%s is refused and changes nothing', async (_, change) => {
  const standIn = await startBuiltIn();
  const before = await (await fetch(`${standIn.url}/control`)).text();
  expect((await postJson(`${standIn.url}/control`, change)).status).toBe(400);
  expect(await (await fetch(`${standIn.url}/control`)).text()).toBe(before);
});

test('a change that a web page could post without asking is refused', async () => {
  const standIn = await startBuiltIn();
  const response = await fetch(`${standIn.url}/control`, { method: 'POST', body: '{"reset":true}' });
  expect(response.status).toBe(415);
});
