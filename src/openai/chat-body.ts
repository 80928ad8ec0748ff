import { type ChatMemory, TOOL_FIELDS, type TokenLimit } from './chat-learned.ts';
import { type ChatMessage, shaped } from './chat-messages.ts';
import { askingForMark, type EndMarks, withMarks } from './end-mark.ts';
import { type JsonObject, merged } from './extra-body.ts';

/** A chat model, as requests to it need it. */
export interface ChatEndpoint {
  /** Such as `http://gpu-host:8000/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  model: string;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Fields beyond ours, the prompt file's over the setting's. */
  extraBody?: JsonObject | undefined;
  memory: ChatMemory;
  /** The most tokens that its requests may have; not given: what its model takes. */
  historyTokens?: number | undefined;
  /** Who answers when this one does not, in order. */
  others?: readonly ChatEndpoint[] | undefined;
}

/** A conversation that was too long, in tokens as they are estimated. `refused`: the endpoint said so. */
export interface Trimmed {
  reason: 'budget' | 'refused';
  tokensBefore: number;
  tokensAfter: number;
}

/** What is asked, of whichever endpoint. */
export interface ChatAsk {
  messages: readonly ChatMessage[];
  tools?: readonly object[] | undefined;
  toolChoice?: unknown;
  parallelToolCalls?: boolean | undefined;
  temperature?: number | undefined;
  maxTokens?: number | undefined;
  /** Each answer is to begin with a mark, unless the endpoint's do not. */
  endMarks?: EndMarks | undefined;
  /** What this one request wants, whatever settings and prompt say. */
  instead?: { maxTokens?: number | undefined; extraBody?: JsonObject } | undefined;
  /** Told when the beginning of the conversation is left out of this request. */
  onTrimmed?: ((trimmed: Trimmed) => void) | undefined;
}

/** Asks for an answer without thoughts, or few: templates (Qwen3, GLM) ignore what they do not know; gpt-oss always thinks. */
export const THINKING_OFF: JsonObject = {
  chat_template_kwargs: { enable_thinking: false },
  reasoning_effort: 'low',
};

/** The body of every request to `POST /chat/completions`: of calls, of priming, of `check`. */
export function chatBody({ model, extraBody, memory }: ChatEndpoint, ask: ChatAsk): Record<string, unknown> {
  const {
    systemInUser,
    without: refused = [],
    thinkingOff,
    tokenLimit = 'max_completion_tokens',
  } = memory.learned;
  const without = refused.includes('tools') ? [...refused, ...TOOL_FIELDS] : refused;
  const { tools = [], toolChoice, parallelToolCalls, temperature, maxTokens, instead } = ask;
  const ours = {
    ...given({ temperature, stream_options: { include_usage: true } }),
    ...limited(tokenLimit, maxTokens),
    ...(tools.length > 0
      ? given({ tools, tool_choice: toolChoice, parallel_tool_calls: parallelToolCalls })
      : {}),
    ...(thinkingOff ? THINKING_OFF : {}),
  };
  const wanted = merged(withoutFields(ours, limitsIn(extraBody)), extraBody);
  const asked = merged(withoutFields(wanted, without), withoutFields(instead?.extraBody ?? {}, without));
  return {
    model,
    messages: messagesOf(ask, memory, systemInUser),
    stream: true,
    ...(instead?.maxTokens === undefined
      ? asked
      : { ...withoutFields(asked, LIMITS), ...limited(tokenLimit, instead.maxTokens) }),
  };
}

function messagesOf(
  { messages, endMarks }: ChatAsk,
  memory: ChatMemory,
  systemInUser?: boolean,
): ChatMessage[] {
  if (!endMarks || !asksForMark(memory)) return shaped(messages, systemInUser);
  return withMarks(shaped(askingForMark(messages), systemInUser), endMarks);
}

/** Whether this endpoint's answers begin with a mark, as far as is known. */
export function asksForMark({ learned }: ChatMemory): boolean {
  return learned.endMarks !== 'left-out';
}

const LIMITS = ['max_tokens', 'max_completion_tokens'];

/** A limit that a user wrote takes the place of ours: OpenAI refuses both together. */
function limitsIn(extraBody: JsonObject = {}): readonly string[] {
  return LIMITS.some((name) => name in extraBody) ? LIMITS : [];
}

function limited(field: TokenLimit | 'none', tokens: number | undefined): JsonObject {
  return field === 'none' || tokens === undefined ? {} : { [field]: tokens };
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function withoutFields(body: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !fields.includes(name)));
}
