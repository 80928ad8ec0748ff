import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

const { agentFacts } = await pageModule<{
  agentFacts(attributes: Record<string, string>): { models: Record<string, string> };
}>('agent-view.js');

const models = (json: string) => agentFacts({ 'voice-agent.models': json }).models;

test('models are shown by their stage', () => {
  expect(models('{"stt":"whisper-1","llm":"qwen"}')).toEqual({ stt: 'whisper-1', llm: 'qwen' });
});

test.for([
  '',
  'null',
  '[["stt","x"]]',
  '7',
  '{',
  `{"stt":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  '{"a":{}}',
])('an attribute that is none is ignored: %#', (json) => {
  expect(models(json)).toEqual({});
});

test('ten are enough', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`stage${n}`, 'm']));
  expect(Object.keys(models(JSON.stringify(many)))).toHaveLength(10);
});
