import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const LISTENING = '0A';

/**
 * Who listens on a TCP port of this machine, such as `livekit-server (pid 4711)`; `undefined` when that cannot be
 * seen (another user’s process, another network namespace). Best effort: never throws. Reads `/proc` itself, as libraries for
 * this run `ss` or `netstat`, which a bare machine lacks.
 */
export async function holderOf(port: number): Promise<string | undefined> {
  try {
    return process.platform === 'linux' ? await holderFromProc(port) : await holderFromLsof(port);
  } catch {
    return undefined;
  }
}

async function holderFromProc(port: number): Promise<string | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await hasSocket(pid, inodes)) {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter(Boolean);
      return `${describe(words)} (pid ${pid})`;
    }
  }
  return undefined;
}

/** Socket inodes that listen on `port`, out of the text of `/proc/net/tcp` or `tcp6`. */
export function listeningInodes(table: string, port: number): string[] {
  const rows = table.split('\n').slice(1);
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
    const localPort = Number.parseInt(local.split(':')[1] ?? '', 16);
    return localPort === port && state === LISTENING && inode ? [inode] : [];
  });
}

async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return links.some((link) => inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? ''));
}

/** The program's name and, for an interpreter, the script that it runs: `node main.ts start`. */
export function describe(words: readonly string[]): string {
  const [program = 'unknown', ...args] = words.map((word) => word.split('/').at(-1) ?? word);
  const shown = args.filter((arg) => !arg.startsWith('-')).slice(0, 2);
  return [program, ...shown].join(' ').slice(0, 60);
}

async function holderFromLsof(port: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const field = (letter: string) => new RegExp(`^${letter}(.+)$`, 'm').exec(stdout)?.[1];
  return field('p') && `${field('c')} (pid ${field('p')})`;
}
