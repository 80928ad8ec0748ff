import { expect, test } from 'vitest';
import { refusalHint } from '../../src/openai/refusal-hint.ts';

const URLS = {
  llm: 'http://gpu:8000/v1/chat/completions',
  stt: 'http://gpu:8000/v1/audio/transcriptions',
  tts: 'http://gpu:8880/v1/audio/speech',
} as const;

test.each([
  ['llm', 400, '`tools` must not be an empty array.', /tools/],
  [
    'llm',
    400,
    'After the optional system message, conversation roles must alternate user/assistant',
    /template/,
  ],
  ['llm', 500, 'Error: Jinja Exception: System role not supported', /template/],
  ['llm', 400, "This model's maximum context length is 4096 tokens.", /longer than the model’s context/],
  ['llm', 404, 'The model `gpt-4o-mini` does not exist.', /LLM_MODEL/],
  ['stt', 404, "Model 'nonsense' is not installed locally. You can download", /STT_MODEL/],
  ['stt', 400, 'Invalid or unsupported audio file.', /vllm\[audio\]/],
  ['stt', 400, "Unsupported language: 'xx'", /STT_LANGUAGE/],
  ['tts', 400, "Voice 'alloy' not found. Available voices: af_heart", /TTS_VOICE/],
  ['tts', 422, 'body.response_format: Input should be mp3 or wav', /TTS_FORMAT/],
  ['tts', 422, 'body.lang: Extra inputs are not permitted', /TTS_EXTRA_BODY/],
  ['llm', 401, 'Unauthorized', /LLM_API_KEY/],
  ['llm', 400, 'something new', /reason/],
  ['llm', 400, '', /does not say why/],
] as const)('%s %i «%s» says what to do', (endpoint, status, said, hint) => {
  expect(refusalHint({ endpoint, url: URLS[endpoint], status, said })).toMatch(hint);
});

test.each([403, 404, 501])('a realtime upgrade refused with %i is a matter of the mode', (status) => {
  const url = 'ws://gpu:8000/v1/realtime?intent=transcription';
  expect(refusalHint({ endpoint: 'stt', url, status, said: '' })).toMatch(/STT_MODE=batch/);
});
