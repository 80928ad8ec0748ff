import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import { type Clock, systemClock } from '../openai/clock.ts';

/** What was refused, and why: too long, too many, or from somebody who is not the caller. */
export type Refuse = (input: 'chat' | 'command', reason: 'size' | 'rate' | 'sender') => void;

const EVERY_MS = 1000;

/** Says in log and metrics what was refused, once a second: who floods a room must not flood those. */
export function createRefusals(log: Log, report: Report, clock: Clock = systemClock): Refuse {
  const counts = new Map<string, { input: string; reason: string; count: number }>();
  let isResting = false;
  const tell = () => {
    isResting = counts.size > 0;
    if (!isResting) return;
    for (const refused of counts.values()) {
      log.warn(refused, 'input refused');
      report({ fact: 'input-refused', ...refused });
    }
    counts.clear();
    clock.after(EVERY_MS, tell);
  };
  return (input, reason) => {
    const key = `${input} ${reason}`;
    counts.set(key, { input, reason, count: (counts.get(key)?.count ?? 0) + 1 });
    if (!isResting) tell();
  };
}
