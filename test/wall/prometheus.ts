import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { processSources } from '../../src/config/load.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { startService } from '../../src/dev/ready.ts';

const STARTS_WITHIN_MS = 60_000;

/** Debian's Prometheus, which asks these targets (`host:port`) every `everyS` seconds. */
export async function startPrometheus(
  dir: string,
  { targets, namespace, everyS }: { targets: readonly string[]; namespace: string; everyS: number },
): Promise<{ url: string; stop(): Promise<void> }> {
  const config = {
    global: { scrape_interval: `${everyS}s` },
    scrape_configs: [
      { job_name: 'agent', static_configs: [{ targets, labels: { namespace, pod: 'agent-a' } }] },
    ],
  };
  const file = join(dir, 'prometheus.yaml');
  await writeFile(file, stringify(config));
  const port = await freeTcpPort();
  const service = startService({
    ...{ name: 'prometheus', command: 'prometheus', cwd: dir, withinMs: STARTS_WITHIN_MS },
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(dir, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: { PATH: processSources().env.PATH },
    readyAt: (line) => line.includes('Server is ready to receive web requests'),
  });
  await service.ready;
  return { url: `http://127.0.0.1:${port}`, stop: () => service.stop() };
}
