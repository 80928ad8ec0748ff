import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What to run, and who hears its output. */
export interface ChildOptions {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** Gets all output; its folder is made. */
  logFile?: string;
  onLine?(line: string): void;
  /** What asks it to end; default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** How long it may take to end before it is made to; default 3000. */
  graceMs?: number;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of its output, or why it could not start. */
  lastLines: readonly string[];
}

/** A running program together with everything that it started. */
export interface Child {
  readonly pid: number | undefined;
  /** Fulfilled once, when the program and all that it started are gone; never rejected. */
  readonly exited: Promise<ChildExit>;
  /** Asks it to end; after the grace it is made to, with all that it started. */
  stop(): Promise<void>;
  /** Ends the program and all that it started at once. */
  kill(): void;
}

/** A child that is of use only after a while. */
export interface Service extends Child {
  /** Rejected with an AppError that quotes its last lines when it ended before, or was not ready in time. */
  readonly ready: Promise<void>;
}

const KEPT_LINES = 15;
const STOP_GRACE_MS = 3000;

/**
 * Descriptor 3 is a pipe whose other end only this process holds. However this process dies, SIGKILL included, the pipe
 * closes, and the watcher ends the whole process group. `exec` makes the program itself the group's leader.
 */
const LIFELINE = `( trap '' TERM; read -r _ <&3; kill -TERM 0; sleep 3; kill -KILL 0 ) >/dev/null 2>&1 &
exec "$0" "$@" </dev/null 3<&-`;

/** Starts a program in its own process group, so that a terminal's Ctrl-C reaches it only through us. */
export function startChild(options: ChildOptions): Child {
  const { command, args, env, cwd, stopSignal = 'SIGTERM', graceMs = STOP_GRACE_MS } = options;
  const child = spawn('/bin/sh', ['-c', LIFELINE, command, ...args], {
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const kill = groupKill(child);
  const exited = untilExit(child, keepOutput(child, options));
  return {
    pid: child.pid,
    exited,
    kill,
    async stop() {
      child.kill(stopSignal);
      const timer = setTimeout(kill, graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Ends the whole group when called, and by itself when the program has ended: what it left behind goes with it. */
function groupKill(child: ChildProcess): () => void {
  let gone = false;
  const kill = () => {
    try {
      // Not after the end: the number may belong to someone else by then.
      if (child.pid !== undefined && !gone) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of the group is left: that is what was wanted.
    }
  };
  child.once('exit', () => {
    kill();
    gone = true;
  });
  return kill;
}

function untilExit(child: ChildProcess, lastLines: string[]): Promise<ChildExit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      lastLines.push(error.message);
      resolve({ code: null, signal: null, lastLines });
    });
    child.once('close', (code, signal) => resolve({ code, signal, lastLines }));
  });
}

function keepOutput(child: ChildProcess, { logFile, onLine }: ChildOptions): string[] {
  if (logFile) mkdirSync(dirname(logFile), { recursive: true });
  const file = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined;
  const lastLines: string[] = [];
  const streams = [child.stdout, child.stderr].filter((stream): stream is Readable => stream !== null);
  for (const stream of streams) {
    createInterface({ input: stream }).on('line', (line) => {
      file?.write(`${line}\n`);
      lastLines.push(line);
      if (lastLines.length > KEPT_LINES) lastLines.shift();
      onLine?.(line);
    });
  }
  child.once('close', () => file?.end());
  return lastLines;
}
