import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { asService } from '../../src/dev/ready.ts';
import { AppError } from '../../src/errors.ts';

const STARTED_WITHIN_MS = 10_000;

export interface Nginx {
  /** On 127.0.0.1. */
  url: string;
  stop(): Promise<void>;
}

/**
 * nginx before one server, as an ordinary process.
 *
 * @param dir - gets its files
 * @param target - where `proxy_pass` points
 * @param settings - lines of its `location`; default none, so that everything is as nginx has it
 * @throws AppError with the end of its output when it does not start, and how to get it.
 */
export async function startNginx(
  dir: string,
  target: string,
  settings: readonly string[] = [],
): Promise<Nginx> {
  const port = await freeTcpPort();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const file = join(dir, 'nginx.conf');
  await mkdir(dir, { recursive: true });
  await writeFile(
    file,
    [
      ...['daemon off;', 'worker_processes 1;', `pid ${dir}/pid;`, 'error_log stderr;', 'events {}'],
      ...['http {', 'access_log off;', ...paths.map((name) => `${name}_temp_path ${dir}/${name};`)],
      `server { listen 127.0.0.1:${port}; location / { proxy_pass ${target}; ${settings.join(' ')} } } }`,
    ].join('\n'),
  );
  const child = startChild({
    command: 'nginx',
    args: ['-e', 'stderr', '-c', file],
    env: { PATH: `${processSources().env.PATH}:/usr/sbin` },
    cwd: dir,
  });
  const url = `http://127.0.0.1:${port}`;
  const service = asService('nginx', child, untilAnswers(url), STARTED_WITHIN_MS);
  await service.ready.catch((cause) => {
    throw new AppError(cause.message, { hint: 'apt-get install nginx-light, or npm test as root', cause });
  });
  return { url, stop: () => service.stop() };
}

async function untilAnswers(url: string): Promise<void> {
  while (!(await fetch(url).catch(() => undefined))) await sleep(50);
}
