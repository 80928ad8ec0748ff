import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import { AppError, codeOf } from '../errors.ts';
import { createDialler } from '../phone/outbound/dialler.ts';
import { createLiveKitClients } from './livekit-clients.ts';
import { createOps, type OpsParts } from './ops.ts';
import { createWeb, type WebParts } from './server.ts';

export interface Listener {
  /** Where to open it. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the page at WEB_HOST:WEB_PORT.
 *
 * @throws AppError when the address cannot be bound.
 */
export async function listen(
  parts: Omit<WebParts, 'livekit' | 'dialler' | 'config'> & {
    config: WebParts['config'] & Pick<Config, 'phone'>;
  },
): Promise<Listener> {
  const { config, log, credentials, openLocally } = parts;
  const app = createWeb({
    ...parts,
    livekit: createLiveKitClients(config.livekit),
    dialler: createDialler({ config, log }),
  });
  const listener = await bind(app, { ...config.web, setting: 'WEB' });
  log.info({ url: listener.url }, 'page listening');
  if (credentials.isEmpty && !openLocally)
    log.warn('WEB_TOKEN is not set: nobody can call from the page; `openssl rand -hex 24` makes one');
  return listener;
}

/**
 * Serves health and metrics at HEALTH_HOST:HEALTH_PORT.
 *
 * @throws AppError when the address cannot be bound.
 */
export async function listenForOps({ host, port, ...parts }: OpsParts & Address): Promise<Listener> {
  return bind(createOps({ ...parts, host }), { host, port, setting: 'HEALTH' });
}

interface Address {
  host: string;
  port: number;
}

async function bind(app: FastifyInstance, address: Address & { setting: string }): Promise<Listener> {
  const { host, port } = address;
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw bindFailure(error, address);
  }
  const bound = app.server.address();
  const boundPort = typeof bound === 'object' && bound ? bound.port : port;
  return { url: `http://${urlHost(host)}:${boundPort}`, close: () => app.close() };
}

/** A wildcard address is where the server listens, not where a browser can go. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function bindFailure(error: unknown, { host, port, setting }: Address & { setting: string }): unknown {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    return new AppError(`Port ${port} on ${host} is taken.`, {
      hint: `Set ${setting}_PORT to a free port, or to 0 for any.`,
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES') {
    return new AppError(`Nothing can be served at ${host}:${port} (${code}).`, {
      hint: `Set ${setting}_HOST to an address of this machine and ${setting}_PORT to a port above 1023.`,
      cause: error,
    });
  }
  return error;
}
