import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sharedChatMemory } from '../../src/call/chat-memory.ts';

const endpoint = { baseUrl: 'http://gpu/v1', model: 'gemma-2' };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chat-memory-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('what one call learned of an endpoint and model, the next one knows', async () => {
  const shared = join(await folder(), 'phrases');
  const first = await sharedChatMemory(shared, endpoint);
  expect(first.learned).toEqual({});
  first.learn({ systemInUser: true });
  const known = async () => (await sharedChatMemory(shared, endpoint)).learned;
  await expect.poll(known).toEqual({ systemInUser: true });
  expect((await sharedChatMemory(shared, { ...endpoint, model: 'qwen' })).learned).toEqual({});
});

test('a file that cannot be read is nothing', async () => {
  const shared = await folder();
  (await sharedChatMemory(shared, endpoint)).learn({ systemInUser: true });
  await expect.poll(() => readdir(shared)).toEqual([expect.stringMatching(/\.json$/)]);
  const [file = ''] = await readdir(shared);
  await writeFile(join(shared, file), '{"systemInUser": tr');
  expect((await sharedChatMemory(shared, endpoint)).learned).toEqual({});
});
