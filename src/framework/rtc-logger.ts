import { createRequire } from 'node:module';
import { format } from 'node:util';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type Level = (typeof LEVELS)[number];
type ParentLog = Record<Level, (fields: object, message: string) => void>;

/**
 * Makes rtc-node log through ours. It has a pino of its own (`log.cjs` of 0.13.35), which writes to standard output past every
 * setting, and names participants in its messages: what it says is personal data.
 *
 * @param log - of lines that belong to no call.
 * @param currentLog - the log of the call for which code runs now.
 */
export function adoptRtcLog(log: ParentLog, currentLog: () => ParentLog | undefined = () => undefined): void {
  const load = createRequire(import.meta.resolve('@livekit/rtc-node'));
  const { log: rtcLog } = load('./log.cjs') as { log: Record<Level, (...said: unknown[]) => void> };
  for (const level of LEVELS) {
    rtcLog[level] = (...said) =>
      (currentLog() ?? log)[level]({ from: 'rtc-node', pii_said: format(...said) }, 'rtc-node logged');
  }
}
