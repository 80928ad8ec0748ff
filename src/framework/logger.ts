import { initializeLogger } from '@livekit/agents';
import type { Config } from '../config/schema.ts';

/** Where the framework looks its logger up, each time: one for the whole process (`log_core.ts` in agents 1.9.0). */
const FRAMEWORK_LOGGER = Symbol.for('@livekit/agents:logger');

/** A pino logger, as far as this needs it. */
interface ParentLog {
  child(bindings: { from: string }): { level: string };
}

/**
 * Makes the framework log through ours, so that its lines look the same and obey the same rule for personal data (it
 * writes room names and identities at info). Call it once per process.
 *
 * @param log - of lines that belong to no call.
 * @param currentLog - the log of the call for which code runs now, asked each time: two calls of one process are told apart.
 */
export function adoptFrameworkLog(
  log: ParentLog,
  level: Config['log']['level'],
  currentLog: () => ParentLog | undefined = () => undefined,
): void {
  // At info it narrates every step.
  const quieter = level === 'info' ? 'warn' : level;
  initializeLogger({ pretty: false, level: quieter });
  const made = new WeakMap<ParentLog, { level: string }>();
  const frameworkLogOf = (parent: ParentLog) => {
    const framework = made.get(parent) ?? parent.child({ from: 'livekit' });
    framework.level = quieter;
    made.set(parent, framework);
    return framework;
  };
  Object.defineProperty(globalThis, FRAMEWORK_LOGGER, {
    configurable: true,
    get: () => frameworkLogOf(currentLog() ?? log),
    // Its own `initializeLogger` takes nothing back.
    set() {},
  });
}
