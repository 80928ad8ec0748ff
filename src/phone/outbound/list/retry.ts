import type { Attempts } from './journal.ts';

const MINUTE_MS = 60_000;

/** SIP statuses of the number itself: it will be the same tomorrow (RFC 3261: not found, gone, incomplete, ambiguous, nowhere). */
const FOR_GOOD = new Set([404, 410, 484, 485, 604]);

/**
 * After what time a number is called again: the line was busy, nobody answered, the way there failed. `undefined`: never, as it
 * was answered, declined, does not exist, or may have rung in a run that broke off.
 */
export function retryAfterMs({
  result,
  sipCode = 0,
}: Pick<Attempts, 'result' | 'sipCode'>): number | undefined {
  if (result === 'not-dialled') return 0;
  if (result === 'busy') return 5 * MINUTE_MS;
  if (result === 'no-answer') return 60 * MINUTE_MS;
  const isOfTheWay = result === 'failed' && !FOR_GOOD.has(sipCode) && sipCode !== 403 && sipCode !== 407;
  return isOfTheWay ? 10 * MINUTE_MS : undefined;
}
