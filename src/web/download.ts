import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { serveZipped } from './zipped-file.ts';

const PROGRAM = 'voice-agent-check.mjs';

/**
 * Offers `check --page` as one file for a caller's machine with Node.js 20 or newer, since a closed network has no
 * registry to get it from. `npm run build` makes it.
 */
export function serveDownload(app: FastifyInstance): void {
  serveZipped(app, {
    url: `/download/${PROGRAM}`,
    path: join(import.meta.dirname, 'download', PROGRAM),
    headers: { 'content-disposition': `attachment; filename="${PROGRAM}"` },
    missing: 'npm run build makes it, and node dist/main.js web serves it',
  });
}
