import { BOUNDS } from '../bounds.ts';
import type { EndpointError } from '../errors.ts';
import { AnswerBytes } from './answer-bytes.ts';
import { answerEvents } from './answer-events.ts';
import { type ChatAsk, type ChatEndpoint, chatBody } from './chat-body.ts';
import { FittedAsk } from './chat-budget.ts';
import { lessonOf } from './chat-learned.ts';
import { type ChatPart, readChatPart } from './chat-part.ts';
import type { Answer, Call } from './exchange.ts';
import { isObject, type JsonObject } from './extra-body.ts';
import { excerpt, fault, RefusedError } from './fault.ts';
import { piecesInTime } from './pieces.ts';
import { attemptOnce, authorization, endpointUrl, type RemoteOptions } from './request.ts';
import { brokeOff, tryServers, wentOn } from './route.ts';
import type { Candidate } from './route-memory.ts';
import type { SseEvent } from './sse.ts';
import { isServersFault } from './verdicts.ts';

export interface ChatOptions extends RemoteOptions {
  /** A server that broke an answer off just now: asked last. */
  avoid?: Candidate | undefined;
  /** Told who answers, before the first part of it. */
  onBegun?: ((server: ChatEndpoint) => void) | undefined;
  /** Told whose answer broke off after it had begun, and might be had of another server. */
  onBroken?: ((server: ChatEndpoint) => void) | undefined;
}

/**
 * A streamed answer: `POST {baseUrl}/chat/completions`. Retries before the first event; a refusal that teaches what the
 * endpoint does not take (`chat-learned.ts`), or how much (`chat-budget.ts`), is answered by asking again, and remembered. Chunks that say nothing, or
 * are no JSON, are skipped; what goes wrong after the answer said that it is complete does not matter.
 *
 * @throws EndpointError — `connect`, `first-byte`, `status`, `aborted`, `stall`, and `invalid` for an answer that is no
 *   event stream, reports an error, or goes on without end (`BOUNDS`): what came until then was yielded
 */
export async function* streamChat(
  endpoint: ChatEndpoint,
  ask: ChatAsk,
  options: ChatOptions,
): AsyncGenerator<ChatPart> {
  const { server, fitted, call, answer, bytes, events } = await asked(endpoint, ask, options);
  options.onBegun?.(server);
  if (options.avoid) wentOn(options.avoid, server, options);
  let characters = 0;
  let hasText = false;
  // Servers hold the call of a tool back until it is whole.
  const isHeard = () => hasText && !ask.tools?.length;
  try {
    for await (const { data } of piecesInTime(events, { call, server, answer }, isHeard)) {
      const chunk = parsed(data);
      if (!chunk) continue;
      if (!bytes.isComplete) requireNoError(chunk, data, call);
      const part = readChatPart(chunk);
      bytes.isComplete ||= part.finish !== undefined;
      hasText ||= part.text !== '';
      characters += lengthOf(part);
      if (part.usage) fitted.counted(part.usage.promptTokens);
      if (characters > BOUNDS.answerCharacters) throw endless(call, `${BOUNDS.answerCharacters} characters`);
      yield part;
    }
  } catch (error) {
    if (bytes.isComplete && !options.signal?.aborted) return;
    brokeOff('llm', server, error, options);
    const isEndless = characters > BOUNDS.answerCharacters;
    if (isServersFault(error) && !isEndless) options.onBroken?.(server);
    throw error;
  }
}

/** Thoughts are not counted: nobody keeps them, and time bounds them. */
function lengthOf({ text, toolCalls }: ChatPart): number {
  return toolCalls.reduce((sum, call) => sum + call.arguments.length, text.length);
}

function endless(call: Call, most: string): EndpointError {
  return fault(call, 'invalid', `answered more than ${most}`, {
    hint: 'The model repeats itself without end: set max_tokens in the prompt file, and check its chat template.',
  });
}

/** An answer whose first event is here. */
interface Begun {
  call: Call;
  answer: Answer;
  bytes: AnswerBytes;
  events: AsyncIterable<SseEvent>;
}

type Asked = Begun & { server: ChatEndpoint; fitted: FittedAsk };

function asked(endpoint: ChatEndpoint, ask: ChatAsk, options: ChatOptions): Promise<Asked> {
  const { others = [] } = endpoint;
  const bytes = ask.messages.reduce((sum, { content }) => sum + (content?.length ?? 0), FIELDS_BYTES);
  const route = { endpoint: 'llm', servers: [endpoint, ...others], bytes, avoid: options.avoid } as const;
  const fits = new Map<ChatEndpoint, FittedAsk>();
  return tryServers(route, options, async (server, one, attempt) => {
    const fitted = fits.get(server) ?? new FittedAsk(server, ask);
    fits.set(server, fitted);
    const tried = new Set<string>();
    for (;;) {
      const body = chatBody(server, fitted.ask);
      const call = callWith(body, server, fitted.ask, { ...options, ...one });
      try {
        return { server, fitted, ...(await begun(call, attempt)) };
      } catch (error) {
        // Ends: a lesson changes the body, and there are few.
        if (!(error instanceof RefusedError)) throw error;
        if (fitted.isShorterAfter(error)) continue;
        const lesson = lessonOf(error.said, body, server.memory.learned, tried);
        if (!lesson) throw error;
        server.memory.learn(lesson);
      }
    }
  });
}

async function begun(call: Call, attempt: number): Promise<Begun> {
  const answer = await attemptOnce(call, attempt);
  const bytes = new AnswerBytes(answer, call.clock);
  const events = answerEvents(call, answer, bytes);
  const first = await events.next();
  if (first.done) requireEvents(bytes, call, answer.status);
  return { call, answer, bytes, events: withFirst(first, events) };
}

async function* withFirst<T>(first: IteratorResult<T, unknown>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
/** A request without its messages, about. */
const FIELDS_BYTES = 500;

function callWith(
  body: JsonObject,
  { baseUrl, apiKey, model, headers = {} }: ChatEndpoint,
  { messages }: ChatAsk,
  options: RemoteOptions,
): Call {
  const said = messages.flatMap(({ content }) => (typeof content === 'string' ? [content] : []));
  return {
    ...options,
    endpoint: 'llm',
    model,
    url: endpointUrl(baseUrl, 'chat/completions'),
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(apiKey, headers) },
      body: new TextEncoder().encode(JSON.stringify(body)),
    },
    secrets: [apiKey ?? '', ...Object.values(headers), ...said],
  };
}

function parsed(data: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(data);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** vLLM and llama-server say in an event what went wrong after the status was sent. */
function requireNoError(chunk: JsonObject, data: string, call: Call): void {
  const isError = isObject(chunk.error) || typeof chunk.error === 'string' || chunk.object === 'error';
  if (isError) throw fault(call, 'invalid', `broke its answer off with an error: ${excerpt(data, call)}`);
}

/** Else a JSON error or a web page sent with status 200 would be an answer with nothing in it. */
function requireEvents({ begin }: AnswerBytes, call: Call, status: number): void {
  if (/^data:/m.test(begin)) return;
  const said = begin === '' ? 'nothing' : `no event stream: ${excerpt(begin, call)}`;
  throw fault(call, 'invalid', `answered ${status} with ${said}`, {
    hint: 'Check that the server supports `stream: true` for this model.',
  });
}
