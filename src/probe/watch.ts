import { AppError } from '../errors.ts';

/** Waits for conditions over a state that says when it changed. */
export interface Watch {
  /** The state changed: look again. */
  changed(): void;
  /**
   * The first value of `look` that is neither `undefined` nor `false`.
   *
   * @param what - completes «waited … ms for»
   * @throws AppError after `timeoutMs`, with a description of the state.
   */
  until<T>(what: string, look: () => T | undefined | false, timeoutMs: number): Promise<T>;
}

/** @param describe - the state in words, for whoever reads that the wait was in vain. */
export function createWatch(describe: () => string): Watch {
  const pending = new Set<() => void>();
  return {
    changed() {
      for (const look of [...pending]) look();
    },
    until(what, look, timeoutMs) {
      return new Promise((resolve, reject) => {
        const again = () => {
          try {
            const value = look();
            if (value === undefined || value === false) return;
            resolve(value);
          } catch (error) {
            reject(error);
          }
          settle();
        };
        const timer = setTimeout(() => {
          settle();
          reject(new AppError(`waited ${timeoutMs} ms for ${what}\n${describe()}`));
        }, timeoutMs);
        const settle = () => {
          clearTimeout(timer);
          pending.delete(again);
        };
        pending.add(again);
        again();
      });
    },
  };
}
