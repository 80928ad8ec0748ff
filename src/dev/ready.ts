import { AppError, messageOf } from '../errors.ts';
import { type Child, type ChildOptions, type Service, startChild } from './child.ts';
import { quoteLines } from './log-line.ts';

/**
 * A child with the moment from which on it is of use.
 *
 * @param isReady - fulfilled when it is; its rejection is the reason why it is not.
 */
export function asService(name: string, child: Child, isReady: Promise<void>, withinMs: number): Service {
  const failed = (why: string) => new AppError(`${name} did not start: ${why}`);
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(failed(`not ready within ${withinMs} ms`));
      child.kill();
    }, withinMs);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    isReady.then(
      () => settle(resolve),
      (error) => settle(() => reject(failed(messageOf(error)))),
    );
    child.exited.then(({ lastLines }) =>
      settle(() => reject(failed(`it ended; its last lines:\n${quoteLines(lastLines)}`))),
    );
  });
  // Whoever does not wait for it learns of the end from `exited`.
  ready.catch(() => {});
  return { ...child, ready };
}

export interface ServiceOptions extends Omit<ChildOptions, 'onLine'> {
  name: string;
  withinMs: number;
  /** Sees every line of output; true for the one that tells that it is ready. */
  readyAt(line: string): boolean;
}

/** Starts a program that says in its output when it is ready. */
export function startService(options: ServiceOptions): Service {
  const { name, withinMs, readyAt } = options;
  let markReady = () => {};
  const isReady = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  const child = startChild({ ...options, onLine: (line) => readyAt(line) && markReady() });
  return asService(name, child, isReady, withinMs);
}
