/** Timers as the limits use them; tests bring their own. */
export interface Timers {
  set(callback: () => void, delayMs: number): unknown;
  clear(timer: unknown): void;
}

export const realTimers: Timers = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export interface LimitOptions {
  maxCallMs: number;
  /** 0 never asks. */
  idleTimeoutMs: number;
  /** First silence: ask whether the caller is still there. */
  onIdle(): void;
  /** Second silence in a row, or the longest call reached. */
  onEnd(reason: 'idle' | 'max-duration'): void;
  timers?: Timers;
}

/** A person who speaks has stopped to listen by then. */
const TURNS_WITHOUT_PAUSE = 3;

/** Bounds a call in time: its whole length, and the silence in it. */
export interface Limits {
  /** The caller can hear the agent: time counts from now on. A phone that rings is no silence. */
  begin(): void;
  /** Both are silent from now on. */
  quiet(): void;
  /** The agent thinks or speaks: no silence to count. */
  busy(): void;
  /** The caller spoke or typed: they are there. */
  heard(): void;
  /**
   * So many of the longest turns in a row, without a pause to listen: a television or a recording sooner than a person,
   * and as good as silence.
   */
  talkedOn(turnsInARow: number): void;
  stop(): void;
}

export function createLimits({
  maxCallMs,
  idleTimeoutMs,
  onIdle,
  onEnd,
  timers = realTimers,
}: LimitOptions): Limits {
  let asked = false;
  let hasBegun = false;
  let isQuiet = false;
  let idleTimer: unknown;
  let maxTimer: unknown;

  const stopIdle = () => {
    if (idleTimer !== undefined) timers.clear(idleTimer);
    idleTimer = undefined;
  };
  const busy = () => {
    isQuiet = false;
    stopIdle();
  };
  const quiet = () => {
    isQuiet = true;
    stopIdle();
    if (hasBegun && idleTimeoutMs > 0) idleTimer = timers.set(onSilence, idleTimeoutMs);
  };
  const stop = () => {
    stopIdle();
    if (maxTimer !== undefined) timers.clear(maxTimer);
  };
  const end = (reason: 'idle' | 'max-duration') => {
    stop();
    onEnd(reason);
  };
  const onSilence = () => {
    idleTimer = undefined;
    if (asked) return end('idle');
    asked = true;
    onIdle();
  };
  return {
    begin() {
      if (hasBegun) return;
      hasBegun = true;
      maxTimer = timers.set(() => end('max-duration'), maxCallMs);
      if (isQuiet) quiet();
    },
    quiet,
    busy,
    heard() {
      asked = false;
      busy();
    },
    talkedOn(turnsInARow) {
      if (idleTimeoutMs === 0 || turnsInARow < TURNS_WITHOUT_PAUSE) return;
      if (turnsInARow === TURNS_WITHOUT_PAUSE) onIdle();
      else end('idle');
    },
    stop,
  };
}
