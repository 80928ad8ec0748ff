import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printToken } from '../../src/web/print-token.ts';
import { configFrom } from '../helpers/config.ts';

let promptsDir: string;
beforeAll(async () => {
  promptsDir = await mkdtemp(join(tmpdir(), 'prompts-'));
  await writeFile(join(promptsDir, 'default.md'), 'You are a friendly assistant.');
});
afterAll(() => rm(promptsDir, { recursive: true, force: true }));

async function printed(options: { room?: string; name?: string; prompt?: string }): Promise<string> {
  const lines: string[] = [];
  await printToken(configFrom({ PROMPTS_DIR: promptsDir }), options, (text) => lines.push(text));
  return lines.join('\n');
}

test('the terminal prints what the token route answers, as JSON', async () => {
  const answer = JSON.parse(await printed({ room: 'r1', name: 'caller', prompt: 'default' }));
  expect(answer).toMatchObject({ url: 'ws://127.0.0.1:7880', room: 'r1', ice: { transport: 'all' } });
  expect(answer.token.split('.')).toHaveLength(3);
});

test('wrong options are refused as on the route', async () => {
  await expect(printed({ prompt: 'sales' })).rejects.toMatchObject({ hint: 'Known prompts: default.' });
  await expect(printed({ room: 'a room' })).rejects.toThrow('room');
});
