import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The folder of `RECORDS_DIR`, which workers may share:
 *
 *     calls/<call>/            records that are whole: summary.json, transcript.json, transcript.txt, recording.wav
 *     workers/<worker>/alive   touched while that worker lives; none of its folder is left by one that ended with all delivered
 *     workers/<worker>/open/<call>/   of a call that runs: events.jsonl, part-<start>.wav
 *     workers/<worker>/queue/  what is not delivered yet
 *     dead/                    what was given up
 *     full                     there while the folder is: nothing new is kept
 */
export class RecordsFolder {
  readonly dir: string;
  readonly workerId: string;

  /** @param workerId - of `workerIdOf`: the worker's process and its hosts know it. */
  constructor(dir: string, workerId: string) {
    this.dir = dir;
    this.workerId = workerId;
  }

  get workers(): string {
    return join(this.dir, 'workers');
  }

  get own(): string {
    return join(this.workers, this.workerId);
  }

  get alive(): string {
    return join(this.own, 'alive');
  }

  get openCalls(): string {
    return join(this.own, 'open');
  }

  get queue(): string {
    return join(this.own, 'queue');
  }

  get calls(): string {
    return join(this.dir, 'calls');
  }

  get dead(): string {
    return join(this.dir, 'dead');
  }

  get full(): string {
    return join(this.dir, 'full');
  }

  open(callId: string): string {
    return join(this.openCalls, fileNameOf(callId));
  }

  kept(callId: string): string {
    return join(this.calls, fileNameOf(callId));
  }
}

/** @param pid - of the worker's process. */
export const workerIdOf = (pid: number): string => `${fileNameOf(hostname())}.${pid}`;

const fileNameOf = (id: string): string => id.replaceAll(/[^\w-]/g, '_').slice(0, 200);

/** The recording that began then, in milliseconds since the epoch. */
export const partName = (startedAtMs: number): string => `part-${startedAtMs}.wav`;

/** When a recording began, by its file's name; `undefined` for other files. */
export function partStart(name: string): number | undefined {
  const [, start] = /^part-(\d{1,15})\.wav$/.exec(name) ?? [];
  return start === undefined ? undefined : Number(start);
}

/** Whole or not at all, whatever ends this process. @throws what the file system says, such as `ENOSPC`. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${randomUUID()}.tmp`;
  await writeFile(part, content, { mode: 0o600, flush: true });
  await rename(part, path);
}

/** Names in a folder, in order; none where it is not there. */
export async function namesIn(path: string): Promise<string[]> {
  return (await readdir(path).catch(() => [])).sort();
}

export async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
