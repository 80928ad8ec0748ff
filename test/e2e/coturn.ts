import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { startService } from '../../src/dev/ready.ts';
import { AppError } from '../../src/errors.ts';

const STARTED_WITHIN_MS = 10_000;

export interface CoturnOptions {
  /** Gets its files. */
  dir: string;
  /** Lines of its configuration: credentials, certificate. */
  settings: readonly string[];
}

export interface Coturn {
  /** UDP, TCP and TLS, on 127.0.0.1. */
  port: number;
  /** What it logged so far. */
  log: readonly string[];
  stop(): Promise<void>;
}

/**
 * Debian's TURN server on loopback, as an ordinary process.
 *
 * @throws AppError with the end of its output when it does not start, and how to get it.
 */
export async function startCoturn({ dir, settings }: CoturnOptions): Promise<Coturn> {
  const port = await freeTcpPort();
  const own = [
    ...[
      'listening-ip=127.0.0.1',
      'relay-ip=127.0.0.1',
      `listening-port=${port}`,
      `tls-listening-port=${port}`,
    ],
    ...['realm=test', 'no-cli', 'no-rfc5780', 'verbose', 'log-file=stdout', 'simple-log'],
    ...[`pidfile=${join(dir, 'pid')}`, `userdb=${join(dir, 'users')}`],
  ];
  const file = join(dir, 'turnserver.conf');
  await writeFile(file, [...own, ...settings, ''].join('\n'), { mode: 0o600 });
  const log: string[] = [];
  const service = startService({
    name: 'turnserver',
    command: 'turnserver',
    args: ['-c', file],
    env: { PATH: `${processSources().env.PATH}:/usr/sbin` },
    cwd: dir,
    withinMs: STARTED_WITHIN_MS,
    readyAt(line) {
      log.push(line);
      return line.includes('Total General servers');
    },
  });
  await service.ready.catch((cause) => {
    throw new AppError(cause.message, { hint: 'apt-get install coturn, or npm test as root', cause });
  });
  return { port, log, stop: () => service.stop() };
}
