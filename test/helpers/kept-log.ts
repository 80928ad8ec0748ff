import type { Log } from '../../src/observe/log.ts';

export interface KeptLog extends Log {
  readonly lines: { level: string; msg: string; fields: Record<string, unknown> }[];
}

/** A log that keeps its lines, for tests of what is logged. */
export function keptLog(): KeptLog {
  const lines: KeptLog['lines'] = [];
  const at =
    (level: string) =>
    (...[first, second]: unknown[]) => {
      const fields = typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : {};
      lines.push({ level, msg: String(typeof first === 'string' ? first : second), fields });
    };
  const log = {
    ...{ lines, level: 'trace', trace: at('trace'), debug: at('debug'), info: at('info') },
    ...{ warn: at('warn'), error: at('error'), fatal: at('fatal') },
    child: () => log,
  };
  return log as unknown as KeptLog;
}
