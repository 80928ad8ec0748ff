import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const TERMINAL = new URL('../../src/doctor/terminal.ts', import.meta.url);

test('the program ends though something still waits, and not before all of it is printed', async () => {
  const script = `
    const { exitWith } = await import(${JSON.stringify(TERMINAL.href)});
    setInterval(() => {}, 1000);
    console.log('x'.repeat(1_000_000));
    await exitWith(3);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(printed).toHaveLength(1_000_001);
  expect(code).toBe(3);
});
