import { CallScope } from '../../src/call/scope.ts';
import type { Log } from '../../src/observe/log.ts';
import type { Clock } from '../../src/openai/clock.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps what it is told; children write into the same lines, with their own fields. */
export function logInto(lines: LogLine[], bound: Readonly<Record<string, unknown>> = {}): Log {
  const write = (level: LogLine['level']) => (fields: object, message: string) =>
    lines.push({ level, message, fields: { ...bound, ...fields } });
  const log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (more: object) => logInto(lines, { ...bound, ...more }),
  };
  return log as unknown as Log;
}

/** The scope of a call of which only a part is tested. */
export function scopeOn(clock: Clock, lines: LogLine[] = []): CallScope {
  return new CallScope({ log: logInto(lines), clock });
}
