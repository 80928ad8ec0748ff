import { expect, test } from 'vitest';
import { transcription } from '../../../src/doctor/checks/transcription.ts';
import { useEndpointServer } from '../../helpers/endpoint-server.ts';
import { inside } from '../../helpers/inside.ts';

const ROUTE = 'POST /v1/audio/transcriptions';
const server = useEndpointServer();

const run = (env: Record<string, string> = {}) =>
  transcription.run(inside({ STT_BASE_URL: server.baseUrl, STT_ATTEMPTS: '1', ...env }));

test('a spoken sentence is sent as calls send theirs, and its text is told', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, { text: ' One, two, three, four, five. ' }));
  expect(await run({ STT_MODEL: 'small', STT_LANGUAGE: 'en' })).toMatchObject({
    evidence: expect.stringMatching(
      /^small \(batch\), English: «One, two, three, four, five\.» after \d+ ms, \d\.\d\d of real time$/,
    ),
  });
  const form = await server.requests[0]?.form();
  expect([form?.get('model'), form?.get('language')]).toEqual(['small', 'en']);
});

test('a model that the server does not have fails, with what it has', async () => {
  server.on(ROUTE, ({ reply }) =>
    reply(404, { detail: "Model 'whisper-1' is not installed: unknown model" }),
  );
  server.on('GET /v1/models', ({ reply }) => reply(200, { data: [{ id: 'Systran/faster-whisper-base' }] }));
  await expect(run()).rejects.toMatchObject({
    hint: expect.stringMatching(/STT_MODEL.*\nSTT_MODEL=Systran\/faster-whisper-base$/s),
  });
});

test('a mode that the server lacks fails, with the mode to set', async () => {
  server.on('GET /v1/realtime', ({ reply }) => reply(403));
  await expect(run({ STT_MODE: 'realtime' })).rejects.toMatchObject({
    status: 403,
    hint: expect.stringContaining('STT_MODE=batch'),
  });
});
