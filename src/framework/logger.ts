import { initializeLogger } from '@livekit/agents';
import type { Config } from '../config/schema.ts';

/** Where the framework looks its logger up, each time: one for the whole process (`log_core.ts` in agents 1.9.0). */
const FRAMEWORK_LOGGER = Symbol.for('@livekit/agents:logger');

/** Pino loggers, as far as this needs them. */
interface FrameworkLog {
  level: string;
  error(what: unknown, ...rest: unknown[]): void;
  debug(what: unknown, ...rest: unknown[]): void;
}
interface ParentLog {
  child(bindings: { from: string }): FrameworkLog;
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
  const made = new WeakMap<ParentLog, FrameworkLog>();
  const frameworkLogOf = (parent: ParentLog) => {
    const known = made.get(parent);
    if (known) return known;
    const framework = parent.child({ from: 'livekit' });
    framework.level = quieter;
    takeAbortsForNormal(framework);
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

/**
 * At each hang-up the framework still wants to publish the agent's last state, and logs as an error that the room was left
 * meanwhile (`room_io.ts`, "Failed to update agent state attributes").
 */
function takeAbortsForNormal(framework: FrameworkLog): void {
  const error = framework.error.bind(framework);
  framework.error = (what, ...rest) => {
    const isAbort = what instanceof Error && what.name === 'AbortError';
    if (isAbort) framework.debug(what, ...rest);
    else error(what, ...rest);
  };
}
