import { processSources } from '../config/load.ts';
import type { Service } from './child.ts';
import { startService } from './ready.ts';

const READY_WITHIN_MS = 10_000;

/** A `redis-server` (of Debian's package of that name) on loopback that keeps nothing. */
export function launchRedis(port: number, logFile?: string): Service {
  const { env } = processSources();
  return startService({
    name: 'redis-server (on Debian: apt-get install redis-server)',
    withinMs: READY_WITHIN_MS,
    command: 'redis-server',
    args: [
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      '/tmp',
    ],
    env: { PATH: env.PATH, HOME: env.HOME },
    ...(logFile !== undefined && { logFile }),
    readyAt: (line) => line.includes('Ready to accept connections'),
  });
}
