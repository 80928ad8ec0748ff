import { join } from 'node:path';
import { type Context, nodeArgs } from './context.ts';
import { formatLogLine, isLoud, type LogLine, parseLogLine } from './log-line.ts';
import { withSettings } from './plan.ts';
import { startService } from './ready.ts';
import type { Supervised } from './supervise.ts';

/** A busy two-core machine loads the framework's native modules in ten seconds or so. */
const WITHIN_MS = 90_000;
/** Its calls say good-bye first, and their records are written. */
const GRACE_MS = 10_000;

export interface RunningWorker {
  /** `undefined` with `WEB_ENABLED=false`. */
  pageUrl: string | undefined;
  service: Supervised;
}

/** Holds for the credentials that dev chose itself; nothing to tell its user. */
const SHORT_SECRET = 'LIVEKIT_API_SECRET is for this machine only';

/** The worker and the page, one process, as in production. Warnings of its log also go to the terminal. */
export async function runWorker(context: Context, settings: Record<string, string>): Promise<RunningWorker> {
  const { sources, plan, screen, logDir, keep } = context;
  let pageUrl: string | undefined;
  const service = keep('worker', () => {
    const awaited = new Set(['worker registered', ...(plan.config.web.enabled ? ['page listening'] : [])]);
    const passOn = (entry: LogLine) => {
      const expected = entry.msg === SHORT_SECRET && plan.filled.LIVEKIT_API_SECRET !== undefined;
      if (isLoud(entry) && !expected) screen.say(`worker ${formatLogLine(entry)}`);
      if (entry.msg === 'page listening') pageUrl = String(entry.fields.url);
      return awaited.delete(entry.msg) && awaited.size === 0;
    };
    return startService({
      name: 'worker',
      withinMs: WITHIN_MS,
      command: process.execPath,
      args: nodeArgs('main', 'start', '--dev'),
      env: withSettings(sources, settings).env,
      logFile: join(logDir, 'worker.log'),
      // Ends running calls at once, where SIGTERM would wait for them.
      stopSignal: 'SIGINT',
      graceMs: GRACE_MS,
      readyAt(line) {
        const entry = parseLogLine(line);
        return entry !== undefined && passOn(entry);
      },
    });
  });
  await service.ready;
  return { pageUrl, service };
}
