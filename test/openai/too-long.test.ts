import { expect, test } from 'vitest';
import { tooLong } from '../../src/openai/too-long.ts';

test.each([
  [
    'vLLM',
    400,
    "This model's maximum context length is 4096 tokens. However, your prompt contains at least 4097 input tokens, which exceeds this limit even without any output tokens.",
    4096,
  ],
  [
    'vLLM, with a limit of the answer',
    400,
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (7000 in the messages, 2000 in the completion).",
    8192,
  ],
  [
    'llama-server',
    400,
    'request (6029 tokens) exceeds the available context size (4096 tokens), try increasing it',
    4096,
  ],
  ['SGLang', 400, "The input (6029 tokens) is longer than the model's context length (4096 tokens).", 4096],
  [
    'SGLang, with a limit of the answer',
    400,
    "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 tokens",
    4096,
  ],
  [
    'TGI',
    422,
    'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 200 `max_new_tokens`',
    4096,
  ],
  [
    'OpenAI',
    400,
    'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.',
    272_000,
  ],
  [
    'Mistral',
    400,
    'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    32_768,
  ],
  ['Anthropic, through a gateway', 400, 'prompt is too long: 210000 tokens > 200000 maximum', 200_000],
  [
    'Gemini',
    400,
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).',
    1_048_575,
  ],
  ['no number', 413, '{"error":{"code":"context_length_exceeded"}}', undefined],
])('a conversation that is too long is recognised, and how long it may be: %s', (_, status, said, tokens) => {
  expect(tooLong(status, said)).toEqual(tokens === undefined ? {} : { contextTokens: tokens });
});

test.each([
  ['another reason', 400, 'conversation roles must alternate'],
  [
    'a caller who speaks of it, far behind the reason',
    400,
    `bad request: ${'x'.repeat(3000)} context length is 100`,
  ],
  ['another status', 503, "This model's maximum context length is 4096 tokens."],
])('%s is none', (_, status, said) => {
  expect(tooLong(status, said)).toBeUndefined();
});

test('a number that no model has is not believed', () => {
  expect(tooLong(400, 'context length is 4 tokens')).toEqual({});
});
