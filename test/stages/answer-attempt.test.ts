import { initializeLogger, llm } from '@livekit/agents';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { RouteEvent } from '../../src/openai/retry.ts';
import type { AnswerEnd } from '../../src/stages/hooks.ts';
import { ChatModel } from '../../src/stages/llm.ts';
import { createStreamingTts } from '../../src/stages/tts.ts';
import { configFrom } from '../helpers/config.ts';
import { type Handler, useEndpointServer } from '../helpers/endpoint-server.ts';

const CHAT = 'POST /v1/chat/completions';
const SPEECH = 'POST /v1/audio/speech';
const [one, two] = [useEndpointServer(), useEndpointServer()];
let [errors, ends, events]: [unknown[], AnswerEnd[], RouteEvent[]] = [[], [], []];

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  [errors, ends, events] = [[], [], []];
});

const hooks = {
  onError: (error: unknown) => errors.push(error),
  onAnswer: (end: AnswerEnd) => ends.push(end),
  onRoute: (_: string, event: RouteEvent) => events.push(event),
};
const event = (delta: object, finish?: string) =>
  `data: ${JSON.stringify({ id: 'a', choices: [{ delta, finish_reason: finish }] })}\n\n`;

/** Writes these texts, then closes the connection. */
const cutAfter =
  (...texts: string[]): Handler =>
  async (exchange) => {
    exchange.start(200, { 'content-type': 'text/event-stream' });
    for (const content of texts) await exchange.write(event({ content }));
    exchange.cut();
  };
const whole =
  (...texts: string[]): Handler =>
  ({ reply }) =>
    reply(
      200,
      [...texts.map((content) => event({ content })), event({}, 'stop'), 'data: [DONE]\n\n'].join(''),
    );

async function answer(hasOther = true): Promise<string> {
  const other = hasOther ? { LLM_BASE_URL_2: two.baseUrl } : {};
  const model = new ChatModel(configFrom({ LLM_BASE_URL: one.baseUrl, ...other }), {}, { hooks });
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'When is my bill due?' });
  let text = '';
  const connOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };
  for await (const { delta } of model.chat({ chatCtx, connOptions })) text += delta?.content ?? '';
  return text;
}
const asked = (server: typeof one) =>
  server.requests.map((request) => (request.json() as { messages: object[] }).messages);

test('an answer that is cut in the middle goes on at the next endpoint, from where it was cut', async () => {
  one.on(CHAT, cutAfter('Your bill is', ' seventy ringgit.', ' It is due on', ' the twen'));
  two.on(CHAT, whole('twenty-fifth', ' of May.'));
  expect(await answer()).toBe('Your bill is seventy ringgit. It is due on the twenty-fifth of May.');
  expect(asked(two)).toEqual([
    [
      { role: 'user', content: 'When is my bill due?' },
      { role: 'assistant', content: 'Your bill is seventy ringgit. It is due on the ' },
      { role: 'user', content: expect.stringContaining('repeat nothing') },
    ],
  ]);
  expect(errors).toEqual([]);
  expect(ends).toMatchObject([{ isAnswer: true, finish: 'stop', tries: 1 }]);
  expect(events).toMatchObject([
    { what: 'failover', from: new URL(one.origin).host, to: new URL(two.origin).host },
  ]);
});

test.each([
  ['its last sentence', ['It is due on', ' the fifth', ' of May.']],
  ['all of it', ['Seventy. It is due on', ' the fifth of May.']],
])('a model that begins %s again is not heard twice', async (_, texts) => {
  one.on(CHAT, cutAfter('Seventy. It is due on', ' the'));
  two.on(CHAT, whole(...texts));
  expect(await answer()).toBe('Seventy. It is due on the fifth of May.');
});

test('one endpoint alone is asked again, once', async () => {
  one.on(CHAT, cutAfter('Seventy,', ' I think.'), whole('Due in May.'));
  expect(await answer(false)).toBe('Seventy, I think. Due in May.');
  one.on(CHAT, cutAfter('Seventy,', ' I think.'));
  expect(await answer(false)).toBe('Seventy, I think.');
  expect(one.requests).toHaveLength(4);
  expect(errors).toMatchObject([{ failure: 'stall' }]);
});

test('an answer that breaks off before anything could be spoken is asked for anew', async () => {
  one.on(CHAT, async (exchange) => {
    exchange.start(200, { 'content-type': 'text/event-stream' });
    await exchange.write(event({ reasoning_content: 'Hmm' }));
    exchange.cut();
  });
  two.on(CHAT, whole('Seventy.'));
  expect(await answer()).toBe('Seventy.');
  expect(asked(two)).toEqual([[{ role: 'user', content: 'When is my bill due?' }]]);
});

const sound = (ms: number, level: number) => Buffer.from(new Int16Array(24 * ms).fill(level).buffer);

async function spoken(text: string): Promise<number[]> {
  const config = configFrom({ TTS_BASE_URL: one.baseUrl, TTS_BASE_URL_2: two.baseUrl, TTS_VOICE_2: 'other' });
  const stream = createStreamingTts(config, {}, hooks).stream();
  stream.pushText(text);
  stream.endInput();
  const levels: number[] = [];
  for await (const frame of stream) if (typeof frame !== 'symbol') levels.push(...frame.frame.data);
  return [...new Set(levels)].filter((level) => level > 500);
}
const texts = (server: typeof one) =>
  server.requests.map((request) => (request.json() as { input: string }).input);

test('speech that is cut in the middle goes on from there by the next endpoint’s voice, which says all that follows', async () => {
  const sentences = [
    'Your bill of this month is seventy ringgit and it is open.',
    'It is due on the twenty-fifth of May, so there is still some time.',
    'You can pay it in the app whenever you want to do so.',
  ];
  one.on(SPEECH, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(sound(1200, 1000));
    exchange.cut();
  });
  two.on(SPEECH, ({ reply }) => reply(200, sound(300, 2000), { 'content-type': 'audio/pcm' }));
  expect(await spoken(sentences.join(' '))).toEqual([1000, 2000]);
  expect(texts(one)[0]).toBe('Your bill of this month');
  expect(texts(two)).toContain('this month');
  const all = texts(two).join(' ');
  expect(all).toContain('You can pay it in the app');
  expect(all).not.toContain('Your bill');
  expect(errors).toEqual([]);
  expect(events).toContainEqual(expect.objectContaining({ what: 'failover', to: new URL(two.origin).host }));
});
