import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sharedChatMemory } from '../../src/call/chat-memory.ts';
import type { Log } from '../../src/observe/log.ts';

const info = vi.fn();
const log = { info } as unknown as Log;
const endpoint = { baseUrl: 'http://gpu/v1', model: 'gemma-2' };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chat-memory-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('what one call learned of an endpoint and model, the next one knows', async () => {
  const shared = join(await folder(), 'phrases');
  const first = await sharedChatMemory(shared, endpoint, log);
  expect(first.learned).toEqual({});
  first.learn({ systemInUser: true });
  expect(info).toHaveBeenCalledWith(
    { model: 'gemma-2', learned: { systemInUser: true } },
    expect.any(String),
  );
  const known = async () => (await sharedChatMemory(shared, endpoint, log)).learned;
  await expect.poll(known).toEqual({ systemInUser: true });
  expect((await sharedChatMemory(shared, { ...endpoint, model: 'qwen' }, log)).learned).toEqual({});
});

test('a memory that is open already takes over what another process learned, and keeps its own', async () => {
  const shared = await folder();
  const first = await sharedChatMemory(shared, endpoint, log);
  const second = await sharedChatMemory(shared, endpoint, log);
  first.learn({ systemInUser: true, tokenLimit: 'none' });
  await expect.poll(() => readdir(shared)).toEqual([expect.stringMatching(/\.json$/)]);
  second.takeOver({ tokenLimit: 'max_tokens' });
  await second.refresh();
  expect(second.learned).toEqual({ systemInUser: true, tokenLimit: 'max_tokens' });
});

test('a file that cannot be read is nothing', async () => {
  const shared = await folder();
  (await sharedChatMemory(shared, endpoint, log)).learn({ systemInUser: true });
  await expect.poll(() => readdir(shared)).toEqual([expect.stringMatching(/\.json$/)]);
  const [file = ''] = await readdir(shared);
  await writeFile(join(shared, file), '{"systemInUser": tr');
  expect((await sharedChatMemory(shared, endpoint, log)).learned).toEqual({});
});
