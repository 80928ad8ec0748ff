import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, codeOf, messageOf } from '../../errors.ts';
import type { PinnedFile } from './packages.ts';

const TRIES = 3;

/** What a download needs of the outside; all of it is injected in tests. */
export interface Net {
  fetch: typeof fetch;
  /** Where the file is, and what to send along; asked before each try. */
  locate(file: PinnedFile, signal: AbortSignal): Promise<{ url: string; headers: Record<string, string> }>;
  signal: AbortSignal;
  /** Opens the file that grows; default the file system's. */
  open?: typeof open;
}

/**
 * Fetches a pinned file to `target`, which appears whole and verified or not at all. What arrived of it stays in
 * `target.part`, and the next try, also of another day, asks for the rest only.
 *
 * @param onBytes - hears how many bytes of it are here
 * @throws AppError that says why in one line: offline, refused, cut off, full disk, another checksum.
 */
export async function download(
  file: PinnedFile,
  target: string,
  net: Net,
  onBytes: (bytes: number) => void = () => {},
): Promise<void> {
  if ((await sizeOf(target)) === file.bytes && (await checksumOf(target)) === file.sha256) return;
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  let failure: unknown;
  for (let tries = 0; tries < TRIES && (await sizeOf(part)) < file.bytes; tries += 1) {
    net.signal.throwIfAborted();
    failure = await fetchRest(file, part, net, onBytes).catch((error: unknown) => error);
    if (isFullDisk(failure)) break;
  }
  if ((await sizeOf(part)) < file.bytes) throw new AppError(reasonOf(failure, file), { cause: failure });
  const found = await checksumOf(part);
  if (found !== file.sha256) {
    await rm(part, { force: true });
    throw new AppError(
      `${file.name} has the checksum ${found.slice(0, 12)}…, not ${file.sha256.slice(0, 12)}…`,
    );
  }
  await rename(part, target);
}

async function fetchRest(file: PinnedFile, part: string, net: Net, onBytes: (bytes: number) => void) {
  const { url, headers } = await net.locate(file, net.signal);
  const have = await sizeOf(part);
  const range: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const answer = await net.fetch(url, { headers: { ...headers, ...range }, signal: net.signal });
  const isRest = answer.status === 206;
  if (!answer.ok || !answer.body) throw new AppError(`${new URL(url).origin} answered ${answer.status}`);
  const out = await (net.open ?? open)(part, isRest ? 'a' : 'w');
  let bytes = isRest ? have : 0;
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes > file.bytes) throw new AppError(`${file.name} is longer than its ${file.bytes} bytes`);
      await out.writeFile(chunk);
      onBytes(bytes);
    }
  } finally {
    await out.close();
    if (bytes > file.bytes) await rm(part, { force: true });
  }
  if (bytes < file.bytes)
    throw new AppError(`it ended after ${megabytes(bytes)} of ${megabytes(file.bytes)}`);
}

const isFullDisk = (error: unknown) => codeOf(error) === 'ENOSPC';

function reasonOf(failure: unknown, { name }: PinnedFile): string {
  if (isFullDisk(failure)) return `no space is left on the disk for ${name}`;
  const cause = failure instanceof Error && failure.cause instanceof Error ? failure.cause : undefined;
  const detail = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return `${name} could not be fetched: ${messageOf(failure)}${detail}`;
}

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
