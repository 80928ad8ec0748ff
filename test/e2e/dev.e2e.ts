import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import { type Child, startChild } from '../../src/dev/child.ts';
import { cacheDir } from '../../src/dev/livekit-binary.ts';

const ROOT = join(import.meta.dirname, '../..');
const READY_WITHIN_MS = 50_000;

let dir: string;
let dev: Child | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'voice-agent-dev-'));
});
afterEach(async () => {
  await dev?.stop();
  dev = undefined;
  rmSync(dir, { recursive: true });
});

/** With the livekit-server that is cached, and no model that a developer has fetched. */
function cacheWithoutModels(): string {
  const ours = cacheDir({ XDG_CACHE_HOME: join(dir, 'cache') });
  mkdirSync(ours, { recursive: true });
  symlinkSync(join(cacheDir(), 'bin'), join(ours, 'bin'));
  return join(dir, 'cache');
}

/** `npm run dev` in a folder of its own, as far as its invitation to open the page. */
async function startDev(env: Record<string, string> = {}) {
  const lines: string[] = [];
  const { PATH, HOME } = processSources().env;
  const child = startChild({
    command: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/main.ts'), 'dev', '--no-fetch'],
    env: { PATH, HOME, XDG_CACHE_HOME: cacheWithoutModels(), PROMPTS_DIR: join(ROOT, 'prompts'), ...env },
    cwd: dir,
    stopSignal: 'SIGINT',
    graceMs: 15_000,
    onLine: (line) => lines.push(line),
  });
  dev = child;
  const output = () => lines.join('\n');
  const said = (what: RegExp) =>
    vi.waitFor(() => expect(output()).toMatch(what), { timeout: READY_WITHIN_MS, interval: 50 });
  await said(/^Ready after/m);
  const pageUrl = /Open (http:\S+) and call/.exec(output())?.[1] ?? '';
  return { child, output, said, pageUrl };
}

interface ProcessRow {
  pid: number;
  parent: number;
  command: string;
}

/** Every living process that descends from one, from /proc. */
function descendants(root: number): ProcessRow[] {
  const all = readdirSync('/proc').flatMap((name): ProcessRow[] => {
    if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/stat`)) return [];
    const [, parent = ''] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [{ pid: Number(name), parent: Number(parent), command }];
  });
  const below = (parent: number): ProcessRow[] =>
    all.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)]);
  return below(root);
}

/** A zombie has no command line: it ended, and waits for a parent that a container may not have. */
const isAlive = ({ pid, command }: ProcessRow): boolean =>
  existsSync(`/proc/${pid}/cmdline`) &&
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') === command;

test('one command brings up the page and says what runs where; Ctrl-C leaves no process', async () => {
  const { child, output, pageUrl } = await startDev();
  expect(output()).toMatch(/^ {2}LiveKit +ws:\/\/127\.0\.0\.1:\d+ \(pid \d+\) +livekit-server 1\.13\.3/m);
  expect(output()).toMatch(/^ {2}worker .*joins when «voice-agent» is dispatched/m);
  expect(output()).toMatch(/^ {2}prompt .*default\.md .*also customer-service, phone/m);
  for (const stage of ['STT', 'LLM', 'TTS'])
    expect(output()).toMatch(new RegExp(`^ {2}${stage} .*STAND-IN`, 'm'));

  const page = await fetch(pageUrl);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<button');
  const answer = await fetch(`${pageUrl}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(await answer.json()).toMatchObject({ token: expect.any(String) });

  const told = JSON.parse(readFileSync(KEYS_FILE(), 'utf8'));
  expect(statSync(KEYS_FILE()).mode & 0o777).toBe(0o600);
  expect(output()).not.toContain(told.apiSecret);
  const listedWith = (key: string, secret: string) =>
    new RoomServiceClient(told.url, key, secret).listRooms();
  await expect(listedWith('devkey', 'secret'), 'the pair that every web page can try').rejects.toThrow();
  expect(await listedWith(told.apiKey, told.apiSecret)).toEqual(expect.any(Array));
  expect(await printedToken()).toMatchObject({ url: told.url, room: 'demo' });

  const processes = descendants(child.pid ?? 0);
  const commands = processes.map(({ command }) => command).join('\n');
  for (const part of ['livekit-server', 'standin/main.ts', 'main.ts start']) expect(commands).toContain(part);
  process.kill(child.pid ?? 0, 'SIGINT');
  expect(await child.exited).toMatchObject({ code: 0, signal: null });
  await vi.waitFor(() => expect(processes.filter(isAlive)).toEqual([]), { timeout: 5000 });
  expect(existsSync(KEYS_FILE())).toBe(false);
});

/** Where dev says what its LiveKit takes. */
const KEYS_FILE = () => join(dir, '.cache/dev/livekit.json');

/** What `npm run token` prints in the folder of dev, with nothing configured. */
async function printedToken(): Promise<unknown> {
  const { PATH, HOME } = processSources().env;
  const lines: string[] = [];
  const { exited } = startChild({
    command: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/main.ts'), 'token', '--room', 'demo'],
    env: { PATH, HOME },
    cwd: dir,
    onLine: (line) => lines.push(line),
  });
  expect((await exited).code, lines.join('\n')).toBe(0);
  return JSON.parse(lines.join('\n'));
}

test('a taken port is named with who holds it, and another is used', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const { output, pageUrl } = await startDev({ WEB_PORT: String(port) });
  server.close();
  expect(output()).toMatch(
    new RegExp(`^Port ${port} is taken by .*\\(pid ${process.pid}\\): the page gets \\d+`, 'm'),
  );
  expect(pageUrl).not.toContain(`:${port}`);
  expect((await fetch(pageUrl)).status).toBe(200);
});

test('a worker that dies is told and runs again, on the same page; told to stop while it starts, it leaves no records open', async () => {
  const records = join(dir, 'records');
  const workers = () => (existsSync(records) ? readdirSync(join(records, 'workers')) : []);
  const { child, said, pageUrl } = await startDev({ RECORDS_DIR: records });
  const killWorker = () => {
    const worker = descendants(child.pid ?? 0).find(({ command }) => / \S*main\.ts start/.test(command));
    process.kill(worker?.pid ?? 0, 'SIGKILL');
  };
  killWorker();
  await said(/worker was ended by SIGKILL/);
  await said(/worker runs again \(pid \d+\)/);
  expect((await fetch(pageUrl)).status).toBe(200);
  const before = workers();
  killWorker();
  await vi.waitFor(() => expect(workers().filter((name) => !before.includes(name))).toHaveLength(1), {
    timeout: READY_WITHIN_MS,
    interval: 10,
  });
  process.kill(child.pid ?? 0, 'SIGINT');
  expect(await child.exited).toMatchObject({ code: 0 });
  expect(workers()).toEqual([]);
});

test('wrong settings are all told, and nothing is left running', async () => {
  const child = startChild({
    command: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/main.ts'), 'dev', '--no-fetch'],
    env: { PATH: processSources().env.PATH, WEB_PORT: 'eighty', OPENAI_BASE_URL: 'gpu:8000' },
    cwd: dir,
  });
  const { code, lastLines } = await child.exited;
  expect(code).toBe(78);
  expect(lastLines.join('\n')).toMatch(/WEB_PORT: got "eighty"/);
  expect(lastLines.join('\n')).toMatch(/OPENAI_BASE_URL: got "gpu:8000"/);
});
