import { initializeLogger } from '@livekit/agents';
import type { Config } from '../config/schema.ts';

/** Where the framework keeps its process-wide logger (`log_core.ts` in agents 1.9.0). */
const FRAMEWORK_LOGGER = Symbol.for('@livekit/agents:logger');

/** A pino logger, as far as this needs it. */
interface ParentLog {
  child(bindings: { from: string }): { level: string };
}

/**
 * Makes the framework log through ours, so that its lines look the same and obey the same rule for personal data
 * (it writes room names and identities at info). Call it once per process, and again when a call starts, because
 * the framework replaces the logger then.
 */
export function adoptFrameworkLog(log: ParentLog, level: Config['log']['level']): void {
  // The framework's own options are handed to its call processes; at info it narrates every step.
  const quieter = level === 'info' ? 'warn' : level;
  initializeLogger({ pretty: false, level: quieter });
  const framework = log.child({ from: 'livekit' });
  framework.level = quieter;
  Reflect.set(globalThis, FRAMEWORK_LOGGER, framework);
}
