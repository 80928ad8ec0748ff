import { expect, test } from 'vitest';
import { tokensOf } from '../../src/standin/llm.ts';
import { chat, postJson, startBuiltIn } from './start.ts';
import { virtualClock } from './virtual-clock.ts';

const ANSWER = 'Your bill is forty ringgit.';

interface Chunk {
  model: string;
  usage?: { completion_tokens: number } | null;
  choices: { delta: { role?: string; content?: string }; finish_reason: string | null }[];
}

async function streamed(response: Response): Promise<{ chunks: Chunk[]; last: string | undefined }> {
  const events = (await response.text()).split('\n\n').slice(0, -1);
  const data = events.map((event) => event.replace(/^data: /, ''));
  return { chunks: data.slice(0, -1).map((text) => JSON.parse(text)), last: data.at(-1) };
}

test('a stream begins with the role, carries the text in pieces, ends with the reason and [DONE]', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ llm: { answers: [ANSWER] } });
  const { chunks, last } = await streamed(await chat(standIn, 'my bill', { stream: true }));
  const deltas = chunks.map(({ choices }) => choices[0]?.delta);
  expect(deltas[0]).toEqual({ role: 'assistant', content: '' });
  expect(deltas.map((delta) => delta?.content ?? '').join('')).toBe(ANSWER);
  expect(deltas.length).toBeGreaterThan(5);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  expect(chunks.every(({ model, usage }) => model === 'stand-in-llm' && usage === undefined)).toBe(true);
  expect(last).toBe('[DONE]');
});

test('usage comes in a chunk of its own where it is asked for', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ llm: { answers: [ANSWER] } });
  const rest = { stream: true, stream_options: { include_usage: true } };
  const { chunks } = await streamed(await chat(standIn, 'my bill', rest));
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: tokensOf(ANSWER).length } });
  expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
});

test('without a stream the answer is one object', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ llm: { answers: [ANSWER] } });
  expect(await (await chat(standIn, 'my bill')).json()).toMatchObject({
    object: 'chat.completion',
    model: 'stand-in-llm',
    choices: [{ message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' }],
  });
});

test('max_tokens cuts the answer and says so', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ llm: { always: ANSWER } });
  const answer = await (await chat(standIn, 'my bill', { max_tokens: 2 })).json();
  expect(answer).toMatchObject({ choices: [{ message: { content: 'Your bill' }, finish_reason: 'length' }] });
});

test('the first token and the others come at the speed of the profile', async () => {
  const clock = virtualClock();
  const standIn = await startBuiltIn({ clock, profile: { llm: { ttftMs: 300, tokensPerS: 20 } } });
  standIn.control({ llm: { always: ANSWER } });
  await (await chat(standIn, 'my bill', { stream: true })).text();
  expect(clock.now()).toBeCloseTo(300 + 50 * (tokensOf(ANSWER).length - 1));
});

test('rules answer the last user message; the journal has every message that was sent', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ llm: { rules: [{ match: '\\bbill\\b', answer: ANSWER }] } });
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: null, tool_calls: [] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'About my ' },
        { type: 'text', text: 'BILL please' },
      ],
    },
  ];
  await postJson(`${standIn.baseUrl}/chat/completions`, { model: 'gpt', temperature: 0.2, messages });
  expect(standIn.requests('llm')[0]?.details).toMatchObject({
    model: 'gpt',
    temperature: 0.2,
    messages: [
      ...messages.slice(0, 2),
      { role: 'assistant', content: '' },
      { role: 'user', content: 'About my BILL please' },
    ],
    answer: ANSWER,
  });
});

test('a script in the same process answers from the request; ELIZA has the rest', async () => {
  const standIn = await startBuiltIn();
  standIn.answerChat(({ messages }) => (messages.length === 1 ? 'scripted' : undefined));
  expect(await (await chat(standIn, 'hello')).json()).toMatchObject({
    choices: [{ message: { content: 'scripted' } }],
  });
  const two = {
    messages: [
      { role: 'system', content: 'x' },
      { role: 'user', content: 'hello' },
    ],
  };
  expect(JSON.stringify(await (await chat(standIn, '', two)).json())).toContain('How are you today?');
});

test('a client that leaves in the middle is counted as aborted', async () => {
  const standIn = await startBuiltIn({ clock: { now: () => 0, sleep: untilAborted } });
  standIn.control({ llm: { always: ANSWER }, profile: { llm: { tokensPerS: 1 } } });
  const leaving = new AbortController();
  const response = await chat(standIn, 'my bill', { stream: true }, leaving.signal);
  await response.body?.getReader().read();
  leaving.abort();
  await expect.poll(() => standIn.counts('llm')).toMatchObject({ aborted: 1, pending: 0 });
});

test.each([
  ['no messages', { model: 'x' }, 'messages'],
  ['empty messages', { model: 'x', messages: [] }, 'messages'],
  ['no model', { messages: [{ role: 'user', content: 'x' }] }, 'model'],
])('%s is refused with the field that is wrong', async (_, body, param) => {
  const standIn = await startBuiltIn();
  const response = await postJson(`${standIn.baseUrl}/chat/completions`, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param } });
});

test('tokens joined again are the text', () => {
  const text = '  Two  spaces, a-very-long-word\nand a line end. ';
  expect(tokensOf(text).join('')).toBe(text);
});

function untilAborted(_: number, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
