import { z } from 'zod';
import { RequestProblem } from './reply.ts';
import {
  alternatingRoles,
  everyRoleAlternates,
  llamaRefusal,
  noSystem,
  systemFirstOnly,
  userMessageRequired,
} from './strict-templates.ts';

interface Asked {
  body: Readonly<Record<string, unknown>>;
  roles: readonly string[];
  /** Length of its messages. */
  tokens: number;
}

interface Rule {
  /** The server's words where the rule is broken. */
  broken(asked: Asked): string | undefined;
  /** How it refuses. */
  refuse(message: string, asked: Asked): RequestProblem;
}

const CONTEXT_TOKENS = 4096;

/** What real servers and chat templates refuse, each with its own words; `STRICT_AS` says which server does what. */
const RULES = {
  'no-empty-tools': vllm('tools', ({ body }) =>
    Array.isArray(body.tools) && body.tools.length === 0
      ? '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely. (parameter=tools)'
      : undefined,
  ),
  /** vLLM without `--enable-auto-tool-choice`. */
  'no-tool-parser': vllm(null, ({ body }) =>
    Array.isArray(body.tools) && body.tools.length > 0
      ? '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
      : undefined,
  ),
  /** vLLM, with 404. */
  'known-model': {
    broken: ({ body }) =>
      body.model === 'stand-in-llm'
        ? undefined
        : `The model \`${body.model}\` does not exist. Valid aliases: stand-in-llm.`,
    refuse: (message) => new RequestProblem(404, message, 'model', { type: 'NotFoundError', code: 404 }),
  },
  'temperature-in-range': vllm('temperature', ({ body: { temperature } }) => {
    const value = Number(temperature ?? 0);
    if (value < 0)
      return `temperature must be non-negative, got ${float(value)}. ${parameter('temperature', float(value))}`;
    if (value <= 2) return undefined;
    return `temperature must be in [0, 2], got ${float(value)}. ${parameter('temperature', float(value))}`;
  }),
  'some-tokens': vllm('max_tokens', ({ body }) =>
    (body.max_completion_tokens ?? body.max_tokens) === 0
      ? `max_tokens must be at least 1, got 0. ${parameter('max_tokens', '0')}`
      : undefined,
  ),
  /** vLLM with `--max-model-len 4096`. */
  'context-length': vllm('input_tokens', ({ tokens }) => {
    const least = CONTEXT_TOKENS + 1;
    return tokens < least
      ? undefined
      : `This model's maximum context length is ${CONTEXT_TOKENS} tokens. However, your prompt contains at least ${least} input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. ${parameter('input_tokens', String(least))}`;
  }),
  /** llama-server, its slots of 4096 tokens. */
  'context-size': {
    broken: ({ tokens }) =>
      tokens <= CONTEXT_TOKENS
        ? undefined
        : `request (${tokens} tokens) exceeds the available context size (${CONTEXT_TOKENS} tokens), try increasing it`,
    refuse: (message) =>
      new RequestProblem(400, message, null, { type: 'exceed_context_size_error', code: 400 }),
  },
  /** Servers whose body is a closed schema and older than the field: Mistral's, TGI's. */
  'no-max-completion-tokens': forbidden('max_completion_tokens'),
  'no-stream-options': forbidden('stream_options'),
  /** OpenAI's reasoning models. */
  'no-max-tokens': {
    broken: ({ body }) =>
      'max_tokens' in body
        ? "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        : undefined,
    refuse: (message) =>
      new RequestProblem(400, message, 'max_tokens', {
        type: 'invalid_request_error',
        code: 'unsupported_parameter',
      }),
  },
  'alternating-roles': llamaTemplate(alternatingRoles, 400),
  'every-role-alternates': llamaTemplate(everyRoleAlternates, 400),
  'user-message-required': llamaTemplate(userMessageRequired, 500),
  'system-first-only': llamaTemplate(systemFirstOnly, 500),
  'no-system': llamaTemplate(noSystem, 400),
  'vllm-no-system': vllm(null, noSystem),
  'vllm-every-role-alternates': vllm(null, everyRoleAlternates),
  'vllm-alternating-roles': vllm(null, alternatingRoles),
  /** vLLM with `--tokenizer-mode mistral` (mistral-common). */
  'user-last': vllm(null, ({ roles }) =>
    ['user', 'tool'].includes(roles.at(-1) ?? '')
      ? undefined
      : `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${roles.at(-1)}`,
  ),
} satisfies Record<string, Rule>;

type Switches = (keyof typeof RULES)[];

const VLLM: Switches = [
  'known-model',
  'no-empty-tools',
  'no-tool-parser',
  'temperature-in-range',
  'some-tokens',
  'context-length',
];
const LLAMA: Switches = ['context-size'];

/** What each server, with that chat template, was seen to refuse: `test/fixtures/servers` holds its words. */
export const STRICT_AS = {
  'vllm-0.32.0': VLLM,
  'vllm-0.32.0 gemma-2': [...VLLM, 'vllm-no-system', 'vllm-every-role-alternates'],
  'vllm-0.32.0 mistral-nemo': [...VLLM, 'vllm-alternating-roles'],
  'llama-server-b11549': LLAMA,
  'llama-server-b11549 llama-3.1': LLAMA,
  'llama-server-b11549 qwen3': LLAMA,
  'llama-server-b11549 qwen3.5': [...LLAMA, 'user-message-required', 'system-first-only'],
  'llama-server-b11549 mistral-nemo': [...LLAMA, 'alternating-roles'],
  'llama-server-b11549 mistral-small-3.2': [...LLAMA, 'alternating-roles'],
  'llama-server-b11549 gemma-2': [...LLAMA, 'every-role-alternates'],
  'llama-server-b11549 deepseek-r1': LLAMA,
} satisfies Record<string, Switches>;

/** Switches by name, or all of a server's. */
export const strictSchema = z.union([z.array(z.enum(namesOf(RULES))), z.enum(namesOf(STRICT_AS))]);
export type Strict = z.output<typeof strictSchema>;

function namesOf<Name extends string>(record: Record<Name, unknown>): Name[] {
  return Object.keys(record) as Name[];
}

/** Throws `RequestProblem` for the first rule that the body breaks, as a real server would answer it. */
export function requireStrict(strict: Strict, asked: Asked): void {
  for (const name of typeof strict === 'string' ? STRICT_AS[strict] : strict) {
    const rule: Rule = RULES[name];
    const message = rule.broken(asked);
    if (message !== undefined) throw rule.refuse(message, asked);
  }
}

function vllm(param: string | null, broken: Rule['broken']): Rule {
  return { broken, refuse: (message) => vllmRefusal(param, message) };
}

export const vllmRefusal = (param: string | null, message: string) =>
  new RequestProblem(400, message, param, { type: 'BadRequestError', code: 400 });

const parameter = (name: string, value: string) => `(parameter=${name}, value=${value})`;

/** As Python writes it. */
const float = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));

function forbidden(field: string): Rule {
  return {
    broken: ({ body }) => (field in body ? 'Extra inputs are not permitted' : undefined),
    refuse: (message, { body }) =>
      new RequestProblem(
        422,
        `[{'type': 'extra_forbidden', 'loc': ('body', '${field}'), 'msg': '${message}', 'input': ${JSON.stringify(body[field])}}]`,
        null,
        { type: 'BadRequestError', code: 422 },
      ),
  };
}

function llamaTemplate(broken: Rule['broken'], status: 400 | 500): Rule {
  return { broken, refuse: (message) => llamaRefusal(message, status) };
}
