import type { EndpointError } from '../errors.ts';
import { RefusedError } from './fault.ts';

export const FIRST_DELAY_MS = 100;
// A caller is waiting: a server that wants more time than this is given up, so that a fallback gets its turn.
export const LONGEST_DELAY_MS = 2000;

/** How long to wait before the next try after number `attempt` (from 1) failed. */
export function delayAfter(error: EndpointError, attempt: number, random: () => number): number {
  if (error instanceof RefusedError && error.retryAfterMs !== undefined) return error.retryAfterMs;
  const ceilingMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return ceilingMs * (0.5 + random() / 2);
}
