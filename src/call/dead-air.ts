import type { Happening, Subscriber } from '../observe/call-events.ts';
import { DEAD_AIR_MS } from '../observe/facts.ts';

/**
 * Measures, by the sound that was sent, the longest time in which a caller who waited for an answer heard nothing of ours:
 * a filler ends one silence and begins the next. A wait that the caller ended by speaking counts only where the silence
 * was too long: they gave up waiting.
 */
export function measureDeadAir(emit: (happening: Happening) => void): Subscriber {
  /** Since when it is silent; `undefined`: nobody waits. */
  let silentSinceMs: number | undefined;
  let longestMs = 0;
  const silentUntil = (atMs: number) => {
    if (silentSinceMs !== undefined) longestMs = Math.max(longestMs, atMs - silentSinceMs);
  };
  return (event) => {
    if (event.type === 'answer-awaited') {
      if (silentSinceMs === undefined) {
        silentSinceMs = event.sinceMs;
        longestMs = 0;
      }
    } else if (silentSinceMs === undefined) return;
    else if (event.type === 'cover-begins') {
      silentUntil(event.atMs);
      silentSinceMs = Number.POSITIVE_INFINITY;
    } else if (event.type === 'cover-ends') silentSinceMs = event.atMs + event.inMs;
    else if (event.type === 'answer-wait-over') {
      silentUntil(event.atMs);
      silentSinceMs = undefined;
      const isAnswered = event.outcome === 'heard' || event.outcome === 'given-up';
      if (isAnswered || (event.outcome === 'caller-speaks' && longestMs > DEAD_AIR_MS))
        emit({ type: 'dead-air', longestMs: Math.round(longestMs) });
    }
  };
}

/** What a call's last line says of it: the longest, and how many were too long. */
export class DeadAirOfCall {
  #longestMs: number | undefined;
  #tooLong = 0;

  add(longestMs: number): void {
    this.#longestMs = Math.max(this.#longestMs ?? 0, longestMs);
    if (longestMs > DEAD_AIR_MS) this.#tooLong += 1;
  }

  /** Nothing where nobody waited. */
  get fields(): { deadAirMs?: number; deadAirTurns?: number } {
    return this.#longestMs === undefined ? {} : { deadAirMs: this.#longestMs, deadAirTurns: this.#tooLong };
  }
}
