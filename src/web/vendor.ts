import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

interface Bundle {
  etag: string;
  plain: Buffer;
  zipped: Buffer;
}

/** livekit-client's browser bundle: one file, importing nothing. The `require` entry lies beside it. */
export function bundlePath(): string {
  const entry = createRequire(import.meta.url).resolve('livekit-client');
  return join(dirname(entry), 'livekit-client.esm.mjs');
}

async function readBundle(): Promise<Bundle> {
  const plain = await readFile(bundlePath());
  const zipped = await promisify(gzip)(plain);
  return { etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`, plain, zipped };
}

/** Serves the bundle from node_modules: no CDN and no copy in the repository. Zipped, as testers sit behind VPNs. */
export function serveVendor(app: FastifyInstance): void {
  let bundle: Promise<Bundle> | undefined;
  app.get('/vendor/livekit-client.esm.mjs', async (request, reply) => {
    bundle ??= readBundle();
    const { etag, plain, zipped } = await bundle;
    reply.header('etag', etag).header('vary', 'accept-encoding').type('text/javascript; charset=utf-8');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(plain);
    return reply.header('content-encoding', 'gzip').send(zipped);
  });
}
