import { z } from 'zod';
import { RequestProblem } from './reply.ts';

interface Asked {
  body: Readonly<Record<string, unknown>>;
  roles: readonly string[];
}

interface Rule {
  /** The server's words where the rule is broken. */
  broken(asked: Asked): string | undefined;
  /** How it refuses. */
  refuse(message: string, asked: Asked): RequestProblem;
}

const NEMO =
  'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...';

/**
 * What real servers and chat templates refuse, each with its own words: vLLM 0.32 and OpenAI for fields of the body, and
 * llama-server 500 with `Jinja Exception` for the order of messages.
 */
const RULES = {
  /** vLLM since pull request 39780; its words repeat the whole request, as pydantic's `input`. */
  'no-empty-tools': {
    broken: ({ body }) =>
      Array.isArray(body.tools) && body.tools.length === 0
        ? '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.'
        : undefined,
    refuse: (message, { body }) =>
      vllm(
        `1 validation error:\n  {'type': 'value_error', 'loc': ('body',), 'msg': 'Value error, ${message}', 'input': ${JSON.stringify(body)}}`,
      ),
  },
  /** vLLM, with 404. */
  'known-model': {
    broken: ({ body }) =>
      body.model === 'stand-in-llm' ? undefined : `The model \`${body.model}\` does not exist.`,
    refuse: (message) => new RequestProblem(404, message, 'model', { type: 'NotFoundError', code: 404 }),
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
  /** Mistral-Nemo, Small 3.2, Ministral 3, Gemma 2 and 3: user first, then by turns. */
  'alternating-roles': template(({ roles }) => {
    const turns = roles.slice(roles[0] === 'system' ? 1 : 0).filter((role) => role !== 'tool');
    return turns.every((role, index) => (role === 'user') === (index % 2 === 0)) ? undefined : NEMO;
  }),
  /** Qwen3.5. */
  'user-message-required': template(({ roles }) =>
    roles.includes('user') ? undefined : 'No user query found in messages.',
  ),
  /** Qwen3.5, Ministral 3. */
  'system-first-only': template(({ roles }) =>
    roles.lastIndexOf('system') > 0 ? 'System message must be at the beginning.' : undefined,
  ),
  /** Gemma 2. */
  'no-system': template(({ roles }) => (roles.includes('system') ? 'System role not supported' : undefined)),
  /** vLLM with `--tokenizer-mode mistral` (mistral-common). */
  'user-last': {
    broken: ({ roles }) =>
      ['user', 'tool'].includes(roles.at(-1) ?? '')
        ? undefined
        : `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${roles.at(-1)}`,
    refuse: vllm,
  },
} satisfies Record<string, Rule>;

export const strictSchema = z.array(z.enum(Object.keys(RULES) as (keyof typeof RULES)[]));
export type Strict = z.output<typeof strictSchema>;

/** Throws `RequestProblem` for the first rule that the body breaks, as a real server would answer it. */
export function requireStrict(rules: Strict, asked: Asked): void {
  for (const name of rules) {
    const rule: Rule = RULES[name];
    const message = rule.broken(asked);
    if (message !== undefined) throw rule.refuse(message, asked);
  }
}

function vllm(message: string): RequestProblem {
  return new RequestProblem(400, message, null, { type: 'BadRequestError', code: 400 });
}

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

function template(broken: Rule['broken']): Rule {
  const place = '\n------------\nWhile executing CallExpression at line 85, column 32 in source:\n';
  return {
    broken,
    refuse: (message) =>
      new RequestProblem(
        500,
        `${place}...first %}↵            {{- raise_exception('${message.slice(0, 30)}...\n                 ^\nError: Jinja Exception: ${message}`,
        null,
        { type: 'server_error', code: 500 },
      ),
  };
}
