import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeWav } from '../../src/openai/wav.ts';
import { startStandIn } from '../../src/standin/server.ts';
import { fakeProgram } from './programs.ts';
import { beep } from './sounds.ts';
import { chat, say, startBuiltIn } from './start.ts';

test('every answer says that a stand-in gave it, refusals too', async () => {
  const standIn = await startBuiltIn();
  for (const path of ['/v1/models', '/control', '/nowhere']) {
    const response = await fetch(standIn.url + path);
    expect(response.headers.get('x-voice-agent-stand-in')).toBe('true');
  }
});

test('the models are listed by names that say what they are', async () => {
  const standIn = await startBuiltIn();
  expect(await (await fetch(`${standIn.baseUrl}/models`)).json()).toMatchObject({
    object: 'list',
    data: [{ id: 'stand-in-stt' }, { id: 'stand-in-llm' }, { id: 'stand-in-tts' }],
  });
});

test('it listens on loopback', async () => {
  const standIn = await startBuiltIn();
  expect(standIn.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test.each([
  ['GET', '/v1/chat/completions'],
  ['GET', '/v1/realtime'],
])('%s %s is not found, as an error like OpenAI', async (method, path) => {
  const standIn = await startBuiltIn();
  const response = await fetch(standIn.url + path, { method });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
});

test('a body beyond 25 MiB is refused before it is read', async () => {
  const standIn = await startBuiltIn();
  const headers = { 'content-length': 26 * 1024 * 1024 };
  const status = await new Promise((resolve, reject) => {
    const upload = request(
      `${standIn.baseUrl}/audio/transcriptions`,
      { method: 'POST', headers },
      (response) => {
        resolve(response.statusCode);
        upload.destroy();
      },
    );
    upload.on('error', reject);
    upload.flushHeaders();
  });
  expect(status).toBe(413);
});

test('a client that leaves while it sends is counted as aborted', async () => {
  const standIn = await startBuiltIn();
  const headers = { 'content-length': 100 };
  const upload = request(`${standIn.baseUrl}/chat/completions`, { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.write('{"model":');
  await expect.poll(() => standIn.counts('llm').pending).toBe(1);
  upload.destroy();
  await expect.poll(() => standIn.counts('llm')).toMatchObject({ pending: 0, aborted: 1, refused: 0 });
});

test('JSON that cannot be parsed is a bad request', async () => {
  const standIn = await startBuiltIn();
  const response = await fetch(`${standIn.baseUrl}/chat/completions`, { method: 'POST', body: '{"model":' });
  expect(response.status).toBe(400);
});

test('a taken port is an error that names it and what to do', async () => {
  const standIn = await startBuiltIn();
  const port = Number(new URL(standIn.url).port);
  await expect(startBuiltIn({ port })).rejects.toMatchObject({
    message: expect.stringContaining(`127.0.0.1:${port}`),
    hint: expect.stringContaining('another port'),
  });
});

test('closing ends open answers', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { llm: [{ hang: true }] } });
  const answer = chat(standIn, 'hello');
  answer.catch(() => undefined);
  await expect.poll(() => standIn.counts('llm').pending).toBe(1);
  await standIn.close();
  await expect(answer).rejects.toThrow('fetch failed');
  expect(standIn.counts('llm')).toMatchObject({ aborted: 1, pending: 0 });
});

test('closing ends the programs that speak', async () => {
  const { command, folder } = await fakeProgram(
    'espeak-ng',
    '[ "$1" = --voices ] && echo " 5 en --/M English gmw/en" && exit; echo $$ > "$HERE/pid"; cat "$HERE/out.wav"; exec sleep 60',
  );
  await writeFile(join(folder, 'out.wav'), encodeWav(beep({ toneMs: 500, sampleRate: 24_000 }), 24_000, 1));
  const standIn = await startStandIn({ programs: { espeak: [command], pocketsphinx: [] } });
  const response = await say(standIn, 'hello');
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
  const rest = response.arrayBuffer();
  await Promise.all([standIn.close(), expect(rest).rejects.toThrow('terminated')]);
  await expect.poll(() => spawnedStillRuns(pid)).toBe(false);
});

function spawnedStillRuns(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
