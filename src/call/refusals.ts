import type { Happening } from '../observe/call-events.ts';
import { type Clock, systemClock } from '../openai/clock.ts';

/** What was refused, and why: too long, too many, or from somebody who is not the caller. */
export type Refuse = (input: 'chat' | 'command' | 'key', reason: 'size' | 'rate' | 'sender') => void;

const EVERY_MS = 1000;

/** Tells what was refused, once a second: who floods a room must not flood log and metrics. */
export function createRefusals(emit: (refused: Happening) => void, clock: Clock = systemClock): Refuse {
  const counts = new Map<string, { input: string; reason: string; count: number }>();
  let isResting = false;
  const tell = () => {
    isResting = counts.size > 0;
    if (!isResting) return;
    for (const refused of counts.values()) emit({ type: 'input-refused', ...refused });
    counts.clear();
    clock.after(EVERY_MS, tell);
  };
  return (input, reason) => {
    const key = `${input} ${reason}`;
    counts.set(key, { input, reason, count: (counts.get(key)?.count ?? 0) + 1 });
    if (!isResting) tell();
  };
}
