/** One line of a child's JSON log, as far as dev needs it. */
export interface LogLine {
  level: string;
  msg: string;
  fields: Readonly<Record<string, unknown>>;
}

const HIDDEN = new Set(['level', 'msg', 'time', 'pid', 'hostname']);
const FAILURES = new Set(['error', 'fatal']);

/** `undefined` for anything that is no log line of ours, such as a stack trace. */
export function parseLogLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
    if (typeof level !== 'string' || typeof msg !== 'string') return undefined;
    return {
      level,
      msg,
      fields: Object.fromEntries(Object.entries(rest).filter(([key]) => !HIDDEN.has(key))),
    };
  } catch {
    return undefined;
  }
}

/** Whether it belongs on the terminal too. The framework warns of every short stall of a busy machine: not those. */
export const isLoud = ({ level, fields }: LogLine): boolean =>
  FAILURES.has(level) || (level === 'warn' && fields.from !== 'livekit');

/** The end of a program's output, for people: log lines without their times and process ids. */
export function quoteLines(lines: readonly string[]): string {
  const readable = (line: string) => {
    const entry = parseLogLine(line);
    return entry ? formatLogLine(entry) : line;
  };
  return lines.map((line) => `  ${readable(line)}`).join('\n');
}

/** `warn: model endpoint failed {"endpoint":"tts"}`. */
export function formatLogLine({ level, msg, fields }: LogLine): string {
  const detail = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  return `${level}: ${msg}${detail}`;
}
