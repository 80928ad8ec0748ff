import type { ChatAsk, ChatEndpoint, Trimmed } from './chat-body.ts';
import type { ChatMessage } from './chat-messages.ts';
import { type Entry, RESULT_LEFT_OUT, trimOf } from './chat-trim.ts';
import type { RefusedError } from './fault.ts';
import type { Length } from './token-gauge.ts';
import { tooLong } from './too-long.ts';

/** Where neither a setting nor the server says how much fits: half an hour of most calls. */
const DEFAULT_TOKENS = 8000;
/** Kept free for the answer, where no limit of it is set: a minute of speech has 200. */
const ANSWER_TOKENS = 512;
/** A conversation that is fuller than this is trimmed … */
const FULL = 0.9;
/** … to this, so that it keeps its beginning, and the server what it has read of it, for many turns. */
const TRIMMED = 0.6;
/** Of a request that was too long for a model whose context nobody says. */
const GUESSED = 0.75;
/** What anything but text counts for, in characters. */
const PICTURE_CHARS = 3000;

/** The most tokens that requests to an endpoint may have: instructions, tools and conversation together. */
export function budgetOf({ historyTokens, memory }: ChatEndpoint, maxTokens = ANSWER_TOKENS): number {
  const { contextTokens } = memory.learned;
  if (contextTokens === undefined) return historyTokens ?? DEFAULT_TOKENS;
  const fits = contextTokens - Math.min(maxTokens, contextTokens / 2);
  return Math.min(historyTokens ?? fits, fits);
}

/** How many tokens have to go from a conversation of this length; 0: it may stay as it is. */
export function excessTokens(tokens: number, budget: number, share = FULL): number {
  return tokens > share * budget ? tokens - TRIMMED * budget : 0;
}

function lengthOf({ messages, tools = [] }: ChatAsk): Length {
  const inTools = tools.length === 0 ? 0 : JSON.stringify(tools).length;
  return {
    chars: messages.reduce((sum, message) => sum + charsOf(message), inTools),
    messages: messages.length,
  };
}

/** What is asked of an endpoint, shorter where it is too long; the endpoint has the last word about that, once. */
export class FittedAsk {
  readonly #endpoint: ChatEndpoint;
  #ask: ChatAsk;
  #wasRefused = false;

  constructor(endpoint: ChatEndpoint, ask: ChatAsk) {
    this.#endpoint = endpoint;
    this.#ask = ask;
    this.#fit();
  }

  get ask(): ChatAsk {
    return this.#ask;
  }

  /** Learns from a refusal; `true` where the same question is worth asking again, shorter. */
  isShorterAfter({ status, said }: RefusedError): boolean {
    const refusal = this.#wasRefused ? undefined : tooLong(status, said);
    if (!refusal) return false;
    this.#wasRefused = true;
    const { memory } = this.#endpoint;
    const length = lengthOf(this.#ask);
    const contextTokens = refusal.contextTokens ?? Math.floor(GUESSED * memory.gauge.tokens(length));
    memory.gauge.exceeded(length, contextTokens);
    if (contextTokens !== memory.learned.contextTokens) memory.learn({ contextTokens });
    return this.#fit();
  }

  /** The endpoint counted this many tokens in it. */
  counted(promptTokens: number): void {
    this.#endpoint.memory.gauge.counted(lengthOf(this.#ask), promptTokens);
  }

  #fit(): boolean {
    const { ask, trimmed } = withinBudget(this.#ask, this.#endpoint, this.#wasRefused);
    this.#ask = ask;
    if (trimmed) ask.onTrimmed?.(trimmed);
    return trimmed !== undefined;
  }
}

/**
 * What is asked, within the budget of the endpoint; it is itself where nothing is too long, or nothing may go.
 *
 * @param wasRefused - for its length: it is trimmed as if it were full, whatever is thought of its length.
 */
function withinBudget(
  ask: ChatAsk,
  endpoint: ChatEndpoint,
  wasRefused: boolean,
): { ask: ChatAsk; trimmed?: Trimmed } {
  const { gauge } = endpoint.memory;
  const tokensBefore = gauge.tokens(lengthOf(ask));
  const excess = excessTokens(tokensBefore, budgetOf(endpoint, ask.maxTokens), wasRefused ? FULL : 1);
  if (excess <= 0) return { ask };
  const { dropped, emptied } = trimOf(ask.messages.map(entryOf), gauge.chars(excess));
  if (dropped.size + emptied.size === 0) return { ask };
  const messages = ask.messages.flatMap((message, at) => {
    if (dropped.has(at)) return [];
    return [emptied.has(at) ? { ...message, content: RESULT_LEFT_OUT } : message];
  });
  const shorter = { ...ask, messages };
  const tokensAfter = gauge.tokens(lengthOf(shorter));
  return { ask: shorter, trimmed: { reason: wasRefused ? 'refused' : 'budget', tokensBefore, tokensAfter } };
}

function entryOf(message: ChatMessage): Entry {
  const role = message.role === 'developer' ? 'system' : message.role;
  const isKnown = role === 'system' || role === 'user' || role === 'tool';
  return { role: isKnown ? role : 'assistant', chars: charsOf(message) };
}

function charsOf({ content, tool_calls: calls = [] }: ChatMessage): number {
  const inCalls = calls.length === 0 ? 0 : JSON.stringify(calls).length;
  if (!content || typeof content === 'string') return inCalls + (content?.length ?? 0);
  const charsIn = (part: object) =>
    'text' in part && typeof part.text === 'string' ? part.text.length : PICTURE_CHARS;
  return content.reduce((sum, part) => sum + charsIn(part), inCalls);
}
