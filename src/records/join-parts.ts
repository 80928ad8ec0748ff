import { createReadStream } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WAV_HEADER_BYTES, wavHeader } from '../openai/wav.ts';
import { namesIn, partStart } from './folder.ts';
import { RECORDING_RATE } from './stereo.ts';

export const RECORDING = 'recording.wav';
/** Two channels of 16 bits. */
const FRAME_BYTES = 4;
const BYTES_PER_MS = (RECORDING_RATE * FRAME_BYTES) / 1000;
/** Silence is written in pieces; a call that came back was away for minutes at most. */
const LONGEST_GAP_MS = 600_000;

export interface Recording {
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly bytes: number;
}

interface Part extends Recording {
  readonly path: string;
}

/**
 * Makes the one recording of a call of the files that its processes wrote, with silence where none ran. The files stay: made
 * again, it is the same.
 *
 * @returns `undefined` where nothing was recorded.
 * @throws what the file system says.
 */
export async function joinParts(folder: string): Promise<Recording | undefined> {
  const parts = await partsIn(folder);
  const [first] = parts;
  if (!first) return undefined;
  const target = join(folder, RECORDING);
  await rm(target, { force: true });
  if (parts.length === 1 && (await isLinked(first.path, target))) return first;
  const draft = `${target}.tmp`;
  const bytes = await writeAll(draft, parts, first.startedAtMs);
  await rename(draft, target);
  return {
    startedAtMs: first.startedAtMs,
    durationMs: Math.round(bytes / BYTES_PER_MS),
    bytes: bytes + WAV_HEADER_BYTES,
  };
}

async function partsIn(folder: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (const name of await namesIn(folder)) {
    const startedAtMs = partStart(name);
    if (startedAtMs === undefined) continue;
    const path = join(folder, name);
    const { size } = await stat(path);
    // A process that is killed may leave a part of a sample.
    const bytes = size - WAV_HEADER_BYTES - ((size - WAV_HEADER_BYTES) % FRAME_BYTES);
    if (bytes > 0)
      parts.push({
        path,
        startedAtMs,
        bytes: WAV_HEADER_BYTES + bytes,
        durationMs: Math.round(bytes / BYTES_PER_MS),
      });
  }
  return parts.sort((a, b) => a.startedAtMs - b.startedAtMs);
}

/** One file needs no copy; a file system without links makes one. */
const isLinked = (path: string, target: string): Promise<boolean> =>
  link(path, target).then(
    () => true,
    () => false,
  );

/** @returns the bytes of sound. */
async function writeAll(path: string, parts: readonly Part[], startedAtMs: number): Promise<number> {
  const file = await open(path, 'w', 0o600);
  let bytes = 0;
  const write = async (chunk: Uint8Array) => {
    await file.write(chunk, 0, chunk.length, WAV_HEADER_BYTES + bytes);
    bytes += chunk.length;
  };
  try {
    for (const part of parts) {
      const gapMs = Math.min(LONGEST_GAP_MS, part.startedAtMs - startedAtMs - bytes / BYTES_PER_MS);
      for (let left = Math.floor(gapMs); left > 0; left -= 1000)
        await write(new Uint8Array(Math.min(1000, left) * BYTES_PER_MS));
      for await (const chunk of createReadStream(part.path, { start: WAV_HEADER_BYTES, end: part.bytes - 1 }))
        await write(chunk);
    }
    await file.write(wavHeader(bytes, RECORDING_RATE, 2), 0, WAV_HEADER_BYTES, 0);
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}
