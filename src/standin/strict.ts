import { z } from 'zod';
import { RequestProblem } from './reply.ts';

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

const ALTERNATE =
  'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...';
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
  /** Mistral-Nemo, Small 3.2, Ministral 3: user first, then by turns; calls of tools and their results stand outside. */
  'alternating-roles': template(({ roles }) => {
    const turns = roles.slice(roles[0] === 'system' ? 1 : 0).filter((role) => role !== 'tool');
    return turns.every((role, index) => (role === 'user') === (index % 2 === 0)) ? undefined : ALTERNATE;
  }, 400),
  /** Gemma 2 and 3, which know no tools. llama-server puts the system text into the first user message for Gemma 2. */
  'every-role-alternates': template(({ roles }) => {
    const turns = roles.slice(roles[0] === 'system' ? 1 : 0);
    const alternates = turns.every((role, index) => role === (index % 2 === 0 ? 'user' : 'assistant'));
    return alternates ? undefined : 'Conversation roles must alternate user/assistant/user/assistant/...';
  }, 400),
  /** Qwen3.5. */
  'user-message-required': template(({ roles }) =>
    roles.includes('user') ? undefined : 'No user query found in messages.',
  ),
  /** Qwen3.5, Ministral 3. */
  'system-first-only': template(({ roles }) =>
    roles.lastIndexOf('system') > 0 ? 'System message must be at the beginning.' : undefined,
  ),
  /** Gemma 2. */
  'no-system': template(
    ({ roles }) => (roles.includes('system') ? 'System role not supported' : undefined),
    400,
  ),
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
  return {
    broken,
    refuse: (message) => new RequestProblem(400, message, param, { type: 'BadRequestError', code: 400 }),
  };
}

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

/** llama-server: 400 where it fails while it looks for the template's way to call tools, 500 where that went well. */
function template(broken: Rule['broken'], status: 400 | 500 = 500): Rule {
  const place = '\n------------\nWhile executing CallExpression at line 85, column 32 in source:\n';
  const begin = 'Unable to generate parser for this template. Automatic parser generation failed: ';
  const type = status === 400 ? 'invalid_request_error' : 'server_error';
  return {
    broken,
    refuse: (message) =>
      new RequestProblem(
        status,
        `${status === 400 ? begin : ''}${place}...first %}↵            {{- raise_exception('${message.slice(0, 30)}...\n                 ^\nError: Jinja Exception: ${message}`,
        null,
        { type, code: status },
      ),
  };
}
