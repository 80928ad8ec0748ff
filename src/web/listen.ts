import { AppError } from '../errors.ts';
import { createLiveKitClients } from './livekit-clients.ts';
import { createWeb, type WebParts } from './server.ts';

export interface WebListener {
  /** Where to open the page. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the page at the configured address.
 *
 * @throws AppError when the address cannot be bound.
 */
export async function listen(parts: Omit<WebParts, 'livekit'>): Promise<WebListener> {
  const { config, log } = parts;
  const { host, port } = config.web;
  const app = createWeb({ ...parts, livekit: createLiveKitClients(config.livekit) });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw bindFailure(error, host, port);
  }
  const bound = app.server.address();
  const boundPort = typeof bound === 'object' && bound ? bound.port : port;
  const url = `http://${urlHost(host)}:${boundPort}`;
  log.info({ url }, 'page listening');
  return { url, close: () => app.close() };
}

/** A wildcard address is where the server listens, not where a browser can go. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function bindFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new AppError(`Port ${port} on ${host} is taken.`, {
      hint: 'Set WEB_PORT to a free port, or to 0 for any.',
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES') {
    return new AppError(`The page cannot be served at ${host}:${port} (${code}).`, {
      hint: 'Set WEB_HOST to an address of this machine and WEB_PORT to a port above 1023.',
      cause: error,
    });
  }
  return error;
}
