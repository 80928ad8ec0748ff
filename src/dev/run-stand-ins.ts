import { join } from 'node:path';
import { type Context, nodeArgs } from './context.ts';
import { startService } from './ready.ts';
import type { Supervised } from './supervise.ts';

const WITHIN_MS = 30_000;

export interface RunningStandIns {
  /** What answers behind `stt`, `llm` and `tts`, such as `espeak-ng`. */
  engines: Record<string, string>;
  service: Supervised;
}

/**
 * The stand-in models as a process of their own, so that they take no time from the worker.
 *
 * @param whisper - folder of a Whisper model to transcribe by, now or once it is there
 */
export async function runStandIns(
  { sources, screen, logDir, keep }: Context,
  port: number,
  whisper: string | undefined,
): Promise<RunningStandIns> {
  const engines: Record<string, string> = {};
  const service = keep('stand-in models', () =>
    startService({
      name: 'stand-in models',
      withinMs: WITHIN_MS,
      command: process.execPath,
      args: nodeArgs(
        'standin/main',
        '--port',
        String(port),
        ...(whisper === undefined ? [] : ['--whisper', whisper]),
      ),
      env: sources.env,
      logFile: join(logDir, 'stand-ins.log'),
      readyAt(line) {
        for (const [, stage = '', engine = ''] of line.matchAll(/\b(stt|llm|tts)=(\S+)/g))
          engines[stage] = engine;
        const arrived = /^(\S+) is there: .*/.exec(line)?.[0];
        if (arrived !== undefined) screen.say(arrived);
        return line.startsWith('stand-in models');
      },
    }),
  );
  await service.ready;
  return { engines, service };
}
