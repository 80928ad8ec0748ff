import { expect, test } from 'vitest';
import { models } from '../../../src/doctor/checks/models.ts';
import { useEndpointServer } from '../../helpers/endpoint-server.ts';
import { inside } from '../../helpers/inside.ts';

const server = useEndpointServer();
const run = (env: Record<string, string> = {}) => {
  const attempts = { STT_ATTEMPTS: '1', LLM_ATTEMPTS: '1', TTS_ATTEMPTS: '1' };
  return models.run(inside({ OPENAI_BASE_URL: server.baseUrl, ...attempts, ...env }));
};

test('models are listed with what servers say of them; an endpoint without the route is reachable all the same', async () => {
  server.on('GET /v1/models', ({ reply }) =>
    reply(200, {
      data: [
        { id: 'm', max_model_len: 4096 },
        { id: 'k', sample_rate: 22_050, voices: ['a'] },
      ],
    }),
  );
  const list = 'has m (4096 tokens), k (22050 Hz, 1 voice(s))';
  expect(await run({ TTS_BASE_URL: `${server.origin}/other` })).toBe(
    `stt ${list}\nllm ${list}\ntts reachable, lists no models`,
  );
});

test('an endpoint that refuses the key fails with its name and its status', async () => {
  server.on('GET /v1/models', ({ reply }) => reply(401, { error: 'no' }));
  await expect(run()).rejects.toMatchObject({ failure: 'status', status: 401 });
});

test('Deepgram is not asked for a list of models', async () => {
  server.on('GET /v1/models', ({ reply }) => reply(200, { data: [] }));
  const deepgram = { DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: 'http://127.0.0.1:9' };
  expect(await run({ STT_PROVIDER: 'deepgram', TTS_PROVIDER: 'deepgram', ...deepgram })).toBe(
    'llm has no model',
  );
});
