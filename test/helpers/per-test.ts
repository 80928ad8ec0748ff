import { afterEach, beforeEach } from 'vitest';

/** A thing that every test of a file gets anew, and that is ended after it; to be used inside tests only. */
export function perTest<T extends object>(make: () => T | Promise<T>, end: (made: T) => unknown): T {
  let made: T | undefined;
  beforeEach(async () => {
    made = await make();
  });
  afterEach(async () => {
    if (made) await end(made);
  });
  const current = () => {
    if (made) return made;
    throw new Error('a thing of a test was used outside it');
  };
  return new Proxy({} as T, {
    get: (_, key) => Reflect.get(current(), key),
    set: (_, key, value) => Reflect.set(current(), key, value),
  });
}
