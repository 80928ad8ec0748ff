import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/schema.ts';

/** What the program's parts log with: static messages, values in fields, personal data under `pii_*` keys. */
export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'level'> & {
  child(fields: Record<string, unknown>): Log;
};

export interface LogOptions {
  level: Config['log']['level'];
  /** Keep `pii_*` fields at info and above; at debug they are always kept. */
  pii: boolean;
  /** Where lines go; default standard output, prettified when that is a terminal. */
  destination?: DestinationStream;
}

/**
 * A logger that drops every field with a `pii` segment (`pii_text`, `lk.pii.identity`) unless the level is
 * debug or finer, or `LOG_PII` is set. Pretty only on a terminal; JSON lines elsewhere.
 */
export function createLog({ level, pii, destination }: LogOptions): Log {
  const keepPii = pii || level === 'debug' || level === 'trace';
  const output = destination ?? (process.stdout.isTTY ? pretty({ sync: true }) : process.stdout);
  const log = pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      base: { pid: process.pid },
      // Thrown values are written with their stack; messages pass through.
      serializers: { error: stdSerializers.err },
      formatters: {
        level: (label) => ({ level: label }),
        ...(keepPii ? {} : { log: withoutPii }),
      },
    },
    output,
  );
  if (!keepPii) dropPiiFromChildren(log);
  return log;
}

/** pino's formatters do not see the bindings of children; children inherit this `child` from the root. */
function dropPiiFromChildren(root: Logger): void {
  const { child } = root;
  Object.defineProperty(root, 'child', {
    value(this: Logger, fields: Record<string, unknown>) {
      return child.call(this, withoutPii(fields));
    },
  });
}

const PII_SEGMENT = /(^|[._-])pii([._-]|$)/;

/** A shallow copy without the fields whose key has a `pii` segment. */
export function withoutPii(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !PII_SEGMENT.test(key)));
}
