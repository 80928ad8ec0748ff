import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processSources } from '../config/load.ts';
import { type SipService, sipServiceYaml } from '../sip/service-yaml.ts';
import type { Service } from './child.ts';
import { startService } from './ready.ts';

const READY_WITHIN_MS = 20_000;
/** It waits for its calls; nothing that is lost by not waiting is of use here. */
const CLOSE_GRACE_MS = 500;

export interface SipLaunch {
  /** `findSipBinary()` */
  command: string;
  service: SipService;
  /** Its folder holds the configuration with the secrets, for this user alone, while it runs. */
  logFile?: string;
}

/**
 * One livekit-sip process. The configuration goes by a file: an environment can be read by more than the process itself.
 *
 * @throws AppError by `ready`, with the end of its output, when it ends or is not ready in time.
 */
export function launchSip({ command, service, logFile }: SipLaunch): Service {
  const dir = mkdtempSync(join(tmpdir(), 'livekit-sip-'));
  const file = join(dir, 'config.yaml');
  writeFileSync(file, sipServiceYaml(service), { mode: 0o600 });
  const { env } = processSources();
  const started = startService({
    name: 'livekit-sip',
    withinMs: READY_WITHIN_MS,
    command,
    args: ['--config', file],
    env: { PATH: env.PATH, HOME: env.HOME },
    graceMs: CLOSE_GRACE_MS,
    ...(logFile !== undefined && { logFile }),
    readyAt: (line) => line.includes('sip signaling listening on') && /"proto":\s*"tcp"/.test(line),
  });
  const clear = () => rmSync(dir, { recursive: true, force: true });
  // A second Ctrl-C ends this process before it hears of the other's end.
  process.once('exit', clear);
  void started.exited.then(() => {
    process.off('exit', clear);
    clear();
  });
  return started;
}
