import { expect, test } from 'vitest';
import { type Learned, lessonOf } from '../../src/openai/chat-learned.ts';

const body = {
  model: 'm',
  messages: [{ role: 'user', content: "'msg': 'temperature is not supported'" }],
  stream: true,
  stream_options: { include_usage: true },
  temperature: 0.2,
  max_completion_tokens: 50,
};
const lesson = (said: string, sent: object = body, learned: Learned = {}) =>
  lessonOf(said, { ...sent }, learned, new Set());
const forbidden = (field: string) =>
  `[{'type': 'extra_forbidden', 'loc': ('body', '${field}'), 'msg': 'Extra inputs are not permitted', 'input': ${JSON.stringify(body)}}]`;

test.each([
  ['a closed schema', forbidden('max_completion_tokens'), { tokenLimit: 'max_tokens' }],
  ['a closed schema', forbidden('stream_options'), { without: ['stream_options'] }],
  [
    'OpenAI',
    "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
    { without: ['temperature'] },
  ],
  ['llama-server', 'Jinja Exception: System role not supported', { systemInUser: true }],
  [
    'mistral-common',
    'Only user, assistant and tool roles are supported, got system.',
    { systemInUser: true },
  ],
] as const)('what %s refuses teaches', (_, said, expected) => {
  expect(lesson(said)).toEqual(expected);
});

test.each([
  ['vLLM', '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
  ['llama-server', 'tools param requires --jinja flag'],
  ['Ollama', 'registry.ollama.ai/library/gemma2:2b does not support tools'],
  ['a router', 'No endpoints found that support tool use: tool use is not supported by this model'],
  ['a closed schema', forbidden('tools')],
])('where %s takes no tools, they are left out', (_, said) => {
  expect(lesson(said, { ...body, tools: [{}] })).toEqual({ without: ['tools'] });
  expect(lesson(said), 'none were sent').toBeUndefined();
});

test('max_tokens is left for max_completion_tokens too', () => {
  const said =
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
  expect(lesson(said, { model: 'm', max_tokens: 50 }, { tokenLimit: 'max_tokens' })).toEqual({
    tokenLimit: 'max_completion_tokens',
  });
});

test('where both limits are refused, there is none', () => {
  const tried = new Set<string>();
  const learned = lessonOf(forbidden('max_completion_tokens'), body, {}, tried);
  expect(lessonOf(forbidden('max_tokens'), { max_tokens: 50 }, learned ?? {}, tried)).toEqual({
    tokenLimit: 'none',
  });
});

test.each([
  ['a value out of range', "'max_completion_tokens' is too large: 50. This model supports at most 16."],
  ['a field that was not sent', forbidden('parallel_tool_calls')],
  ['an unknown model', 'The model `m` does not exist.'],
  ['a context that is full', "This model's maximum context length is 4096 tokens."],
  ['turns that do not alternate', 'Jinja Exception: Conversation roles must alternate user/assistant/...'],
  [
    'words of the request, repeated',
    `1 validation error:\n  {'type': 'missing', 'loc': ('body', 'x'), 'msg': 'Field required', 'input': ${JSON.stringify(body)}}`,
  ],
])('%s teaches nothing', (_, said) => {
  expect(lesson(said)).toBeUndefined();
});

test('what is known already teaches nothing: the request would be the same', () => {
  expect(lesson('System role not supported', body, { systemInUser: true })).toBeUndefined();
  expect(lesson(forbidden('temperature'), body, { without: ['temperature'] })).toBeUndefined();
});
