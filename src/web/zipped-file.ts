import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { WebError } from './web-error.ts';

interface Content {
  etag: string;
  plain: Buffer;
  zipped: Buffer;
}

/**
 * Serves one file of JavaScript, zipped where the client takes that, as testers sit behind VPNs. It is read once.
 *
 * @param headers - of its answers, beside the usual ones
 * @param missing - what to do where there is no such file
 */
export function serveZipped(
  app: FastifyInstance,
  {
    url,
    path,
    headers = {},
    missing,
  }: { url: string; path: string; headers?: Record<string, string>; missing: string },
): void {
  let content: Promise<Content> | undefined;
  app.get(url, async (request, reply) => {
    content ??= read(path);
    const { etag, plain, zipped } = await content.catch((cause) => {
      content = undefined;
      throw new WebError(404, `${url} is not here.`, { hint: missing, cause });
    });
    reply.headers({ ...headers, etag, vary: 'accept-encoding' }).type('text/javascript; charset=utf-8');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(plain);
    return reply.header('content-encoding', 'gzip').send(zipped);
  });
}

async function read(path: string): Promise<Content> {
  const plain = await readFile(path);
  const zipped = await promisify(gzip)(plain);
  return { etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`, plain, zipped };
}
