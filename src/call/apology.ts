/** Failures come in bursts; one apology covers them. */
const INTERVAL_MS = 8000;

/** When to say sorry. */
export interface Apology {
  /** An answer could not be made. */
  ask(): void;
  /** The caller's words are being answered already, though they may go on. */
  turnOpened(): void;
  /** Their turn is over and part of the conversation. */
  turnTaken(): void;
}

/**
 * Holds an apology back while the turn it belongs to is open: the end of the turn would cut it off unheard, because
 * the answer that failed was begun before.
 *
 * @param now - milliseconds, monotonic.
 */
export function createApology(say: () => void, now: () => number = () => performance.now()): Apology {
  let isOpen = false;
  let isDue = false;
  let saidAt = Number.NEGATIVE_INFINITY;
  const sayNow = () => {
    isDue = false;
    if (now() - saidAt < INTERVAL_MS) return;
    saidAt = now();
    say();
  };
  return {
    ask() {
      if (isOpen) isDue = true;
      else sayNow();
    },
    turnOpened() {
      isOpen = true;
    },
    turnTaken() {
      isOpen = false;
      if (isDue) sayNow();
    },
  };
}
