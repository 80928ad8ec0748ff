import { expect, test } from 'vitest';
import { redactRequest } from '../../src/openai/redact.ts';

const PIECES = [
  'You are the front desk of Maju Telekom. The caller is Aisyah binti Ahmad. Keep the messages short.',
  'Hello Aisyah, how can I help?',
  'My account number is 8801 2345 and I was charged twice for "roaming" in Sarawak.',
];

/** Nothing of these may be left, whatever the server made of the request. */
const PRIVATE = [
  'Aisyah',
  'Ahmad',
  '8801',
  '2345',
  'Sarawak',
  'roaming',
  'charged twice',
  'front desk',
  'Maju',
];

test.each([
  [
    'FastAPI: the whole value under `input`',
    "[{'type': 'string_type', 'loc': ('body', 'messages', 2, 'content'), 'msg': 'Input should be a valid string', 'input': {'content': 'My account number is 8801 2345 and I'}}]",
    "[{'type': 'string_type', 'loc': ('body', 'messages', 2, 'content'), 'msg': 'Input should be a valid string', 'input': …}]",
  ],
  [
    'pydantic (vLLM): a value shortened in the middle of a word',
    "1 validation error for ChatCompletionRequest messages.2 Value error [type=value_error, input_value={'role': 'user', 'content': 'My acc...aming\" in Sara'}, input_type=dict]",
    '1 validation error for ChatCompletionRequest messages.2 Value error [type=value_error, input_value=…, input_type=dict]',
  ],
  [
    'vLLM: tools',
    '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.',
    '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.',
  ],
  [
    'Mistral’s template',
    'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...',
    'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...',
  ],
  [
    'llama-server: the template’s source, and one word of the request',
    "While executing CallExpression at line 3, column 12 in source: {{ raise_exception('No user query found in messages.') }} Error near 'Sarawak'",
    "While executing CallExpression at line 3, column 12 in source: {{ raise_exception('No user query found in messages.') }} Error near '…'",
  ],
  [
    'a TTS server that quotes the text',
    'Failed to phonemize: Hello Aisyah, how can I help? (voice af_heart)',
    'Failed to phonemize: …? (voice af_heart)',
  ],
  [
    'escaped as JSON does it',
    'bad text: charged twice for \\"roaming\\" in Sarawak',
    'bad text: ….'.replace('.', ''),
  ],
  ['a name in other case, in pieces', 'speaker AISYAH_binti-ahmad unknown', 'speaker … unknown'],
])('%s', (_, said, wanted) => {
  const redacted = redactRequest(said, PIECES);
  expect(redacted).toBe(wanted);
  for (const word of PRIVATE) expect(redacted).not.toContain(word);
});

test('a reason keeps its numbers, names of models and settings', () => {
  const said =
    "This model's maximum context length is 4096 tokens. However, your request has 5120 input tokens.";
  expect(redactRequest(said, PIECES)).toBe(said);
  expect(redactRequest('The model `qwen3-8b` does not exist.', PIECES)).toBe(
    'The model `qwen3-8b` does not exist.',
  );
});
