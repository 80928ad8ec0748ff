import { expect, test } from 'vitest';
import { freeTcpPort } from '../../../src/dev/ports.ts';
import { chat } from '../../../src/doctor/checks/chat.ts';
import { bufferHint } from '../../../src/doctor/checks/each-server.ts';
import { models } from '../../../src/doctor/checks/models.ts';
import { type Exchange, useEndpointServer } from '../../helpers/endpoint-server.ts';
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
  expect(await run({ TTS_BASE_URL: `${server.origin}/other` })).toEqual({
    evidence: `stt ${list}\nllm ${list}\ntts reachable, lists no models`,
  });
});

test('an endpoint that refuses the key fails with its name and its status', async () => {
  server.on('GET /v1/models', ({ reply }) => reply(401, { error: 'no' }));
  expect(await run()).toMatchObject({ verdict: 'fail', evidence: expect.stringMatching(/^stt \S+: .*401/) });
});

test('Deepgram is not asked for a list of models', async () => {
  server.on('GET /v1/models', ({ reply }) => reply(200, { data: [] }));
  const deepgram = { DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: 'http://127.0.0.1:9' };
  expect(await run({ STT_PROVIDER: 'deepgram', TTS_PROVIDER: 'deepgram', ...deepgram })).toEqual({
    evidence: 'llm has no model',
  });
});

test('each endpoint is told, and what cannot be reached is not tried again', async () => {
  server.on('GET /v1/models', ({ reply }) => reply(200, { data: [{ id: 'm' }] }));
  const closed = `http://127.0.0.1:${await freeTcpPort()}/v1`;
  const means = inside({ OPENAI_BASE_URL: server.baseUrl, LLM_BASE_URL: closed, LLM_ATTEMPTS: '1' });
  expect(await models.run(means)).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringMatching(/^stt has m\nllm http:\S+: no connection.*\ntts has m$/),
  });
  expect(await chat.run(means)).toMatchObject({ verdict: 'skip', because: 'models' });
});

test('a further endpoint that is broken is told beside the first', async () => {
  const answer = ({ start, write, end }: Exchange) => {
    start(200, { 'content-type': 'text/event-stream' });
    void write(
      'data: {"choices":[{"index":0,"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    );
    end();
  };
  server.on('POST /v1/chat/completions', answer);
  server.on('POST /other/chat/completions', ({ reply }) =>
    reply(500, { error: { message: 'out of memory' } }),
  );
  const other = { LLM_BASE_URL: server.baseUrl, LLM_ATTEMPTS: '1', LLM_BASE_URL_2: `${server.origin}/other` };
  expect(await chat.run(inside(other))).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringMatching(
      /: an answer after \d+ ms\n.*\/other\/.*500.*out of memory.*\ncalls use endpoint 1 of 2, [\w.:]+$/s,
    ),
  });
  const turned = { ...other, LLM_BASE_URL: other.LLM_BASE_URL_2, LLM_BASE_URL_2: other.LLM_BASE_URL };
  expect(await chat.run(inside(turned))).toMatchObject({
    evidence: expect.stringMatching(/\ncalls use endpoint 2 of 2, [\w.:]+, as none before it works/),
  });
});

test('an answer that comes at once after a while was kept back; a stream and a fast answer were not', () => {
  const hint = (firstMs: number, lastMs: number) => bufferHint('llm', { firstMs, lastMs, parts: 20 });
  expect(hint(1990, 2000)).toContain('proxy_buffering off');
  expect(hint(500, 2000)).toBeUndefined();
  expect(hint(90, 92)).toBeUndefined();
});
