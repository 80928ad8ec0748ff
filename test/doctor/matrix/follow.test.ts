import { expect, test } from 'vitest';
import { followed } from './follow.ts';

const HEALTHY = { LLM_MODEL: 'large', LLM_API_KEY: 'right' };

test('pastes the lines of a fix as they are', () => {
  const fix = 'the server has no such model\nLLM_MODEL=small\n(it also has large, huge)';
  expect(followed(fix, { ...HEALTHY, LLM_MODEL: 'smal' }, HEALTHY)).toEqual({
    ...HEALTHY,
    LLM_MODEL: 'small',
  });
  const json = 'turn it off by\nLLM_EXTRA_BODY={"a":{"b":1, "c":2}}';
  expect(followed(json, HEALTHY, HEALTHY)).toMatchObject({ LLM_EXTRA_BODY: '{"a":{"b":1, "c":2}}' });
});

test('gives the settings that a fix names their right values, and leaves all others wrong', () => {
  const wrong = { LLM_MODEL: 'smal', LLM_API_KEY: 'wrong', LLM_EXTRA_BODY: '{}' };
  expect(followed('set LLM_API_KEY, not LLM_EXTRA_BODY.', wrong, HEALTHY)).toEqual({
    LLM_MODEL: 'smal',
    LLM_API_KEY: 'right',
  });
});

test('a fix that names no setting of the set-up cannot be followed', () => {
  expect(() => followed('look at its log, and at TTS_VOICE', HEALTHY, HEALTHY)).toThrow('names no setting');
});
