import type { EventEmitter } from 'node:events';

/** What nobody caught. */
export interface Fault {
  error: unknown;
  /** Such as `unhandled rejection`. */
  how: string;
}

/**
 * Keeps a process alive through what nobody caught. Node runs both handlers in the asynchronous context of the timer,
 * listener or promise that failed, which says whose fault it is (`call-context.ts`); only a bare `queueMicrotask` has none.
 *
 * @param watched - the process, unless a test brings its own.
 */
export function watchFaults(onFault: (fault: Fault) => void, watched: EventEmitter = process): void {
  watched.on('uncaughtException', (error) => onFault({ error, how: 'uncaught exception' }));
  watched.on('unhandledRejection', (error) => onFault({ error, how: 'unhandled rejection' }));
}
