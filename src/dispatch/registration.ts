/** The framework asks for the load every 2.5 s while its connection to LiveKit stands; three misses mean it fell. */
const TTL_MS = 7000;

/** Whether the worker is registered, told by signs of life: the framework says nothing when its connection falls. */
export interface Registration {
  seen(): void;
  isFresh(): boolean;
}

/** @param now - milliseconds, monotonic. */
export function createRegistration(now: () => number = () => performance.now()): Registration {
  let seenAt = Number.NEGATIVE_INFINITY;
  return {
    seen() {
      seenAt = now();
    },
    isFresh: () => now() - seenAt < TTL_MS,
  };
}
