import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readJson } from './body.ts';
import { type ChatAnswer, contentOf, type RawAnswer, wireText } from './chat-chunks.ts';
import { type Clock, sleepUntil } from './clock.ts';
import { elizaAnswer } from './eliza.ts';
import { MarkedAnswers, type Marking } from './end-marks.ts';
import type { Exchange, ModelRoute } from './model-route.ts';
import type { Script } from './script.ts';
import { requireStrict, type Strict } from './strict.ts';

export const LLM_MODEL = 'stand-in-llm';

const contentSchema = z
  .union([z.string(), z.null(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
  .default('');
const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: contentSchema })).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.int().min(0).nullish(),
  max_completion_tokens: z.int().min(0).nullish(),
  temperature: z.number().nullish(),
});

export interface ChatMessage {
  role: string;
  /** Text parts joined; other parts are left out. */
  content: string;
}

/** One call of `POST /v1/chat/completions`. */
export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  includeUsage: boolean;
  maxTokens: number | undefined;
  temperature: number | undefined;
  /** As it came. */
  body: Readonly<Record<string, unknown>>;
}

/** What the journal keeps of it. */
export interface ChatDetails extends ChatRequest {
  answer?: string;
}

export interface LlmParts {
  clock: Clock;
  script: Script<ChatRequest, ChatAnswer>;
  /** What it refuses; asked for each request. */
  strict(): Strict;
  /** Whether the caller has finished, before each answer that is asked for that. */
  marking(): Marking;
  /** The first token comes so long after the request. */
  ttftMs(): number;
  /** `undefined`: all at once. */
  tokensPerS(): number | undefined;
}

/** Answers with the script, else like ELIZA. */
export function createLlm(parts: LlmParts): ModelRoute<ChatRequest, ChatDetails> {
  const marked = new MarkedAnswers();
  return {
    read: async (body) => readChatRequest(body),
    describe: (request) => request,
    async answer(request, exchange) {
      const { body, messages } = request;
      const roles = messages.map(({ role }) => role);
      requireStrict(parts.strict(), { body, roles, tokens: tokensIn(messages) });
      const said = request.messages.findLast(({ role }) => role === 'user')?.content ?? '';
      const scripted = parts.script.next(request, said) ?? elizaAnswer(request.messages);
      if (typeof scripted !== 'string') return answerRaw(scripted, request, exchange, parts);
      const full = marked.mark(scripted, messages, parts.marking());
      const all = tokensOf(full);
      const tokens = all.slice(0, request.maxTokens);
      const finish = tokens.length < all.length ? 'length' : 'stop';
      await sleepUntil(parts.clock, exchange.arrivedMs + parts.ttftMs(), exchange.signal);
      if (request.stream) await stream(tokens, finish, request, exchange, parts);
      else await exchange.reply.json(200, completion(tokens, finish, request));
      return { answer: tokens.join('') };
    },
  };
}

function readChatRequest(body: Buffer): ChatRequest {
  const request = readJson(body, requestSchema);
  return {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content: textOf(content) })),
    stream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage ?? false,
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    temperature: request.temperature ?? undefined,
    body: JSON.parse(body.toString('utf8')),
  };
}

function textOf(content: z.output<typeof contentSchema>): string {
  if (content === null) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('');
}

/** About as long as real tokens; joined again they are the text. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S{1,5}|\s+$/g) ?? [];
}

function tokensIn(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + tokensOf(content).length, 0);
}

async function answerRaw(answer: RawAnswer, request: ChatRequest, exchange: Exchange, parts: LlmParts) {
  const { reply, signal, arrivedMs } = exchange;
  const text = contentOf(answer);
  await sleepUntil(parts.clock, arrivedMs + parts.ttftMs(), signal);
  if (!request.stream) await reply.json(200, completion(tokensOf(text), 'stop', request));
  else {
    reply.begin(200, 'text/event-stream; charset=utf-8', { 'cache-control': 'no-cache' });
    const base = head('chat.completion.chunk');
    for (const chunk of answer.chunks) {
      if (typeof chunk === 'object' && 'delayMs' in chunk) await parts.clock.sleep(chunk.delayMs, signal);
      else await reply.write(wireText(chunk, base));
    }
    reply.end();
  }
  return { answer: text };
}

async function stream(
  tokens: string[],
  finish: string,
  request: ChatRequest,
  exchange: Exchange,
  parts: LlmParts,
) {
  const { reply, signal } = exchange;
  const base = { ...head('chat.completion.chunk'), ...(request.includeUsage && { usage: null }) };
  const send = (chunk: unknown) => reply.write(`data: ${JSON.stringify(chunk)}\n\n`);
  const choice = (delta: object, finishReason: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  });
  reply.begin(200, 'text/event-stream; charset=utf-8', { 'cache-control': 'no-cache' });
  await send(choice({ role: 'assistant', content: '' }));
  const startMs = parts.clock.now();
  const gapMs = 1000 / (parts.tokensPerS() ?? Number.POSITIVE_INFINITY);
  for (const [index, content] of tokens.entries()) {
    await sleepUntil(parts.clock, startMs + index * gapMs, signal);
    await send(choice({ content }));
  }
  await send(choice({}, finish));
  if (request.includeUsage) await send({ ...base, choices: [], usage: usage(tokens, request) });
  if (!reply.withoutDone) await reply.write('data: [DONE]\n\n');
  reply.end();
}

function completion(tokens: string[], finish: string, request: ChatRequest) {
  const message = { role: 'assistant', content: tokens.join(''), refusal: null };
  return {
    ...head('chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: usage(tokens, request),
  };
}

function head(object: string) {
  return { id: `chatcmpl-${randomUUID()}`, object, created: Math.floor(Date.now() / 1000), model: LLM_MODEL };
}

function usage(tokens: string[], request: ChatRequest) {
  const asked = tokensIn(request.messages);
  return { prompt_tokens: asked, completion_tokens: tokens.length, total_tokens: asked + tokens.length };
}
