import { EndMarkTrial } from './end-mark.ts';
import type { JsonObject } from './extra-body.ts';
import { TokenGauge } from './token-gauge.ts';

const TOKEN_LIMITS = ['max_completion_tokens', 'max_tokens'] as const;
export type TokenLimit = (typeof TOKEN_LIMITS)[number];

/** What an endpoint's refusals and answers taught about it; all of it may be missing. */
export interface Learned {
  /** The field that limits an answer; `none` where both are refused. Default `max_completion_tokens`. */
  tokenLimit?: TokenLimit | 'none';
  /** Fields that it refuses and that can be done without. */
  without?: readonly string[];
  /** Its chat template has no system role. */
  systemInUser?: boolean;
  /** It answered only when asked not to think. */
  thinkingOff?: boolean;
  /** The longest conversation that its model takes, answer included. */
  contextTokens?: number;
  /** Its thoughts stand in the text, and begin without a marker. */
  untaggedThoughts?: boolean;
  /** Whether its answers begin with a mark where they are asked to (`end-mark.ts`); not known before some came. */
  endMarks?: 'written' | 'left-out';
}

/** What is known of one endpoint and model, kept by whoever made it. */
export class ChatMemory {
  readonly gauge = new TokenGauge();
  readonly #trial = new EndMarkTrial();
  #learned: Learned;
  readonly #others = new Map<string, ChatMemory>();
  readonly #onChange: ((learned: Learned) => void) | undefined;

  constructor(learned: Learned = {}, onChange?: (learned: Learned) => void) {
    this.#learned = learned;
    this.#onChange = onChange;
  }

  /** What is known of another endpoint that serves the same calls. */
  of(server: { baseUrl: string; model: string }): ChatMemory {
    const key = `${server.baseUrl} ${server.model}`;
    const known = this.#others.get(key) ?? new ChatMemory();
    this.#others.set(key, known);
    return known;
  }

  get learned(): Learned {
    return this.#learned;
  }

  /** Adds what others learned; what was learned here counts more. */
  takeOver(known: Learned): void {
    this.#learned = { ...known, ...this.#learned };
  }

  /**
   * The beginning of an answer that was asked for a mark is here.
   *
   * @returns whether that has settled that none is asked for any more.
   */
  endMark(hasMark: boolean): boolean {
    if (this.#learned.endMarks) return false;
    const endMarks = this.#trial.answered(hasMark);
    if (endMarks) this.learn({ endMarks });
    return endMarks === 'left-out';
  }

  learn(more: Learned): void {
    this.#learned = { ...this.#learned, ...more };
    this.#onChange?.(this.#learned);
  }
}

/** What there is no asking for where the tools themselves are refused. */
export const TOOL_FIELDS = ['tools', 'tool_choice', 'parallel_tool_calls'] as const;
/**
 * No tool can be called there at all. vLLM without `--enable-auto-tool-choice`, llama-server without `--jinja` (500), Ollama
 * for a model whose template has none, OpenRouter and LiteLLM for such a model.
 */
const NO_TOOLS =
  /enable-auto-tool-choice|tool-call-parser|tools? param requires|(?:does ?n[o']t|not|cannot|no)\b[^.]{0,20} support(?:ed)?\b[^.]{0,30} (?:tools?|functions?)\b|(?:tools?|tool use|function calling)\b[^.]{0,20} (?:is|are) not supported/i;

/** Fields of ours that an answer can be had without. */
const SPARE = [
  'stream_options',
  'parallel_tool_calls',
  'tool_choice',
  'tools',
  'chat_template_kwargs',
  'reasoning_effort',
  'temperature',
];
/** OpenAI, Mistral and other closed schemas (pydantic's `extra_forbidden`), vLLM, llama-server. A wrong value is no refusal. */
const UNWANTED =
  /not (?:supported|permitted|allowed|recognized|expected)|unsupported|does ?n[o']t support|unknown|unrecognized|unexpected|extra|forbidden/i;
/** Gemma 2: `System role not supported`; others name the roles that they know. */
const NO_SYSTEM =
  /system (?:role|messages?|prompts?)(?: is| are)? not supported|only user[^.]{0,40} (?:roles|supported)[^.]{0,40} got system/i;

/**
 * What a refusal of `body` teaches; `undefined` where it gives no reason to ask again.
 *
 * @param said - the server's own words, uncut.
 * @param tried - the limits refused so far for this answer; one is added.
 */
export function lessonOf(
  said: string,
  body: JsonObject,
  learned: Learned,
  tried: Set<string>,
): Learned | undefined {
  // vLLM and FastAPI repeat the request after the reason: its words are not the server's.
  const reason = said.split(/['"]input['"]:/, 1)[0] ?? '';
  if (NO_SYSTEM.test(reason) && !learned.systemInUser) return { systemInUser: true };
  const without = learned.without ?? [];
  if ('tools' in body && NO_TOOLS.test(reason)) return { without: [...without, 'tools'] };
  if (!UNWANTED.test(reason)) return undefined;
  const names = (field: string) => field in body && new RegExp(`\\b${field}\\b`).test(reason);
  const limit = TOKEN_LIMITS.find(names);
  if (limit) {
    tried.add(limit);
    const tokenLimit = TOKEN_LIMITS.find((other) => !tried.has(other)) ?? 'none';
    return tokenLimit === learned.tokenLimit ? undefined : { tokenLimit };
  }
  const field = SPARE.find((name) => names(name) && !without.includes(name));
  return field === undefined ? undefined : { without: [...without, field] };
}
