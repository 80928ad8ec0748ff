import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

const MAIN = new URL('../../src/standin/main.ts', import.meta.url).pathname;

function run(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

test('one line says what and where it is, and SIGTERM ends it cleanly', { timeout: 30_000 }, async () => {
  const child = run('--port', '0', '--built-in', '--profile', '{"llm":{"ttftMs":1}}');
  const [line] = await once(child.stdout, 'data');
  const url = /^stand-in models \(no understanding\): (\S+) stt=duration llm=eliza tts=tones\n$/.exec(
    String(line),
  )?.[1];
  expect((await fetch(`${url}/models`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a wrong profile is one line of error and exit code 1', { timeout: 30_000 }, async () => {
  const child = run('--profile', '{"llm":{"ttft":1}}');
  const [[text], [code]] = await Promise.all([once(child.stderr, 'data'), once(child, 'exit')]);
  expect(String(text)).toMatch(/^stand-in models: --profile .* is not a profile/);
  expect(code).toBe(1);
});
