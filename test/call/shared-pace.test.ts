import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SharedPace } from '../../src/call/shared-pace.ts';
import { Pace } from '../../src/openai/pace.ts';

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 3 };

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'pace-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test('the next call knows how slow an endpoint is', async () => {
  const dir = await folder();
  const first = new Pace();
  first.answered('tts', 100, 4000);
  await new SharedPace(dir, first).keep();
  const second = new Pace();
  await new SharedPace(dir, second).refresh();
  expect(second.patience('tts', 100, deadlines).askAgainMs).toBe(8000);
});

test('a file that is none is as good as none', async () => {
  const dir = await folder();
  await writeFile(join(dir, 'pace.json'), 'x');
  const pace = new Pace();
  await new SharedPace(dir, pace).refresh();
  expect(pace.snapshot()).toEqual({});
});
