import { spawn } from 'node:child_process';

const QUIET_FOR_MS = 1500;
const TERMINAL_EVERY_MS = 1000;
const LOG_EVERY_MS = 30_000;
const KEPT_CHARACTERS = 8000;

/**
 * Runs a program and shows one line with the time that it takes, on a terminal the same line again and again. A step
 * that ends soon is not shown at all. Its output is shown only when it fails.
 *
 * @param {string} label
 * @param {readonly [string, ...string[]]} command
 * @returns {Promise<{ok: boolean, output: string}>} the end of its output
 */
export async function step(label, [program, ...args], { cwd = process.cwd(), out = process.stderr } = {}) {
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 1000);
  const line = (text, end) => out.write(out.isTTY ? `\r\x1b[K${text}${end}` : `${text}\n`);
  let timer = setTimeout(function show() {
    line(`${label} … ${seconds()} s`, '');
    timer = setTimeout(show, out.isTTY ? TERMINAL_EVERY_MS : LOG_EVERY_MS);
  }, QUIET_FOR_MS);
  const result = await run(program, args, cwd);
  clearTimeout(timer);
  if (performance.now() - startedMs > QUIET_FOR_MS || !result.ok) {
    line(`${label}: ${result.ok ? 'done' : 'failed'} after ${seconds()} s`, '\n');
  }
  return result;
}

function run(program, args, cwd) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT_CHARACTERS);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}
