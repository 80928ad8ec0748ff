import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { serveZipped } from './zipped-file.ts';

/** livekit-client's browser bundle: one file, importing nothing. The `require` entry lies beside it. */
export function bundlePath(): string {
  const entry = createRequire(import.meta.url).resolve('livekit-client');
  return join(dirname(entry), 'livekit-client.esm.mjs');
}

/** Serves the bundle from node_modules: no CDN and no copy in the repository. */
export function serveVendor(app: FastifyInstance): void {
  serveZipped(app, { url: '/vendor/livekit-client.esm.mjs', path: bundlePath(), missing: 'npm ci' });
}
