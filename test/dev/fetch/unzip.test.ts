import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readEntry, readZip } from '../../../src/dev/fetch/unzip.ts';
import { modelDir, zipped } from './index-server.ts';

async function opened(content: Uint8Array) {
  const path = join(await modelDir(), 'archive');
  await writeFile(path, content);
  const file = await open(path);
  onTestFinished(() => file.close());
  return file;
}

test('stored and deflated files are read, also before a comment', async () => {
  const long = Buffer.alloc(5000, 'long');
  const archive = zipped({ 'a/long': long, 'a/short': Buffer.from('short') });
  archive.writeUInt16LE(7, archive.length - 2);
  const file = await opened(Buffer.concat([archive, Buffer.from('comment')]));
  const entries = await readZip(file);
  expect([...entries.keys()]).toEqual(['a/long', 'a/short']);
  const contents = await Promise.all([...entries.values()].map((entry) => readEntry(file, entry)));
  expect(contents).toEqual([long, Buffer.from('short')]);
});

test('what is no archive, broken, or packed in another way is a fault', async () => {
  await expect(readZip(await opened(Buffer.from('no archive')))).rejects.toThrow('no ZIP archive');
  const archive = zipped({ a: Buffer.from('short') });
  const broken = Buffer.from(archive);
  broken.write('XX', archive.indexOf('PK\x01\x02'));
  await expect(readZip(await opened(broken))).rejects.toThrow('a broken ZIP archive');
  const file = await opened(archive);
  const entry = [...(await readZip(file)).values()].map((one) => ({ ...one, method: 12 }))[0];
  await expect(entry && readEntry(file, entry)).rejects.toThrow('a is packed by method 12');
});

test('a file that unpacks to more than it says is not taken', async () => {
  const file = await opened(zipped({ a: Buffer.alloc(900, 'a') }));
  const entry = [...(await readZip(file)).values()].map((one) => ({ ...one, bytes: 10 }))[0];
  await expect(entry && readEntry(file, entry)).rejects.toThrow();
});
