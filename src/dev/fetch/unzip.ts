import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { AppError } from '../../errors.ts';

const END_SIGNATURE = 0x06_05_4b_50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xff_ff;
const ENTRY_SIGNATURE = 0x02_01_4b_50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/** A file within a ZIP archive. */
export interface ZipEntry {
  name: string;
  method: number;
  packedBytes: number;
  bytes: number;
  /** Where it begins in the archive, with a header of its own. */
  offset: number;
}

/**
 * What is in a ZIP archive of less than 4 GB, such as a wheel, by its central directory (PKWARE's APPNOTE.TXT, 4.3.12).
 *
 * @throws AppError when it is none.
 */
export async function readZip(file: FileHandle): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size } = await file.stat();
  const tail = await read(file, Math.max(0, size - END_BYTES - LONGEST_COMMENT), size);
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end -= 1;
  if (end < 0) throw new AppError('the package is no ZIP archive');
  const directoryBytes = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  const directory = await read(file, start, start + directoryBytes);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at + ENTRY_BYTES <= directory.length; ) {
    if (directory.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw new AppError('the package is a broken ZIP archive');
    const lengthAt = (offset: number) => directory.readUInt16LE(at + offset);
    const name = directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + lengthAt(28));
    entries.set(name, {
      name,
      method: lengthAt(10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + lengthAt(28) + lengthAt(30) + lengthAt(32);
  }
  return entries;
}

/** The content of one file. Throws `AppError` when it is packed in another way than wheels are. */
export async function readEntry(file: FileHandle, entry: ZipEntry): Promise<Buffer> {
  const { name, method, offset, packedBytes, bytes } = entry;
  const local = await read(file, offset, offset + LOCAL_BYTES);
  const start = offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = await read(file, start, start + packedBytes);
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw new AppError(`${name} is packed by method ${method}`);
  return promisify<Buffer, object, Buffer>(inflateRaw)(packed, { maxOutputLength: bytes });
}

async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
  if (bytesRead < to - from) throw new AppError('the package ends too early');
  return buffer;
}
