import { processSources } from '../../src/config/load.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { startService } from '../../src/dev/ready.ts';
import { AppError } from '../../src/errors.ts';

const STARTED_WITHIN_MS = 10_000;

export interface RedisOptions {
  /** Default: 127.0.0.1. */
  host?: string;
  /** Default: a free one. */
  port?: number;
  /** Default: it wants none. */
  password?: string;
}

export interface Redis {
  /** `host:port`. */
  address: string;
  stop(): Promise<void>;
}

/**
 * A Redis that keeps nothing.
 *
 * @throws AppError with the end of its output when it does not start, and how to get it.
 */
export async function startRedis(dir: string, options: RedisOptions = {}): Promise<Redis> {
  const { host = '127.0.0.1', port = await freeTcpPort(), password = '' } = options;
  const service = startService({
    name: 'redis-server',
    command: 'redis-server',
    args: [
      ...['--port', String(port), '--bind', host, '--save', '', '--appendonly', 'no'],
      ...(password ? ['--requirepass', password] : []),
    ],
    env: { PATH: processSources().env.PATH },
    cwd: dir,
    withinMs: STARTED_WITHIN_MS,
    readyAt: (line) => line.includes('Ready to accept connections'),
  });
  await service.ready.catch((cause) => {
    throw new AppError(cause.message, { hint: 'apt-get install redis-server, or npm test as root', cause });
  });
  return { address: `${host}:${port}`, stop: () => service.stop() };
}
