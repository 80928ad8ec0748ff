import { isObject, type JsonObject } from './extra-body.ts';

/** A piece of a call of a tool; the pieces of one call share its index. */
export interface ToolCallPart {
  index: number;
  /** With the first piece. */
  id: string | undefined;
  name: string | undefined;
  arguments: string;
  /** What the provider wants back with the call, such as a signature. */
  extra: JsonObject | undefined;
}

export interface ChatUsage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  totalTokens: number;
}

/** What one chunk of a streamed answer says; empty where it says nothing. */
export interface ChatPart {
  id: string;
  text: string;
  /** Thoughts that the server sends apart from the text. */
  thoughts: string;
  toolCalls: ToolCallPart[];
  /** Why the answer ends: `stop`, `length`, `tool_calls` …; with its last chunk. */
  finish: string | undefined;
  usage: ChatUsage | undefined;
}

/**
 * Reads a `chat.completion.chunk`, believing nothing: servers send `choices: null` or `[]`, `delta: null`, and text as
 * a list of parts. Thoughts come as `reasoning_content` (vLLM, llama-server, SGLang) or `reasoning` (newer vLLM, Ollama).
 */
export function readChatPart(chunk: JsonObject): ChatPart {
  const choice = first(chunk.choices);
  const delta = object(choice.delta);
  const { finish_reason: finish, index } = choice;
  const counts = typeof index !== 'number' || index === 0;
  return {
    id: text(chunk.id),
    text: counts ? textOf(delta.content) : '',
    thoughts: counts ? text(delta.reasoning_content) || text(delta.reasoning) : '',
    toolCalls: counts && Array.isArray(delta.tool_calls) ? delta.tool_calls.flatMap(toolCallPart) : [],
    finish: typeof finish === 'string' && finish !== '' ? finish : undefined,
    usage: isObject(chunk.usage) ? usageOf(chunk.usage) : undefined,
  };
}

function toolCallPart(value: unknown): ToolCallPart[] {
  const call = object(value);
  if (!isObject(call.function)) return [];
  const { name, arguments: args } = call.function;
  return [
    {
      index: typeof call.index === 'number' ? call.index : 0,
      id: text(call.id) || undefined,
      name: text(name) || undefined,
      arguments: isObject(args) ? JSON.stringify(args) : text(args),
      extra: isObject(call.extra_content) ? call.extra_content : undefined,
    },
  ];
}

function usageOf(usage: JsonObject): ChatUsage {
  return {
    promptTokens: count(usage.prompt_tokens),
    cachedTokens: count(object(usage.prompt_tokens_details).cached_tokens),
    completionTokens: count(usage.completion_tokens),
    totalTokens: count(usage.total_tokens),
  };
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return text(content);
  return content.map((part) => text(object(part).text)).join('');
}

function first(list: unknown): JsonObject {
  return Array.isArray(list) ? object(list[0]) : {};
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
