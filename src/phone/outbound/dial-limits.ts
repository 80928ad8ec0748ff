import { AppError } from '../../errors.ts';
import type { OutboundTrunk } from '../setup.ts';
import type { PlacedCalls } from './placed-calls.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type Limits = OutboundTrunk['limits'];

export interface CallToCount<T> {
  trunk: string;
  limits: Limits;
  /** Calls of this trunk that last, by whoever placed them. */
  running(): Promise<number>;
  /** Makes the call one that lasts: what `running` counts from then on. */
  begin(): Promise<T>;
}

/** How often and how many at once a trunk may call. */
export class DialLimits {
  readonly #calls: PlacedCalls;
  readonly #now: () => number;

  /** @param now - milliseconds since the epoch: what is counted outlives a process. */
  constructor(calls: PlacedCalls, now: () => number = Date.now) {
    this.#calls = calls;
    this.#now = now;
  }

  /**
   * Counts a call that is placed now, and begins it: whoever shares the memory counts one after the other, so that two at once are
   * not both the last that is allowed.
   *
   * @throws TooMany where it would be more than a limit allows: it is neither counted nor begun then.
   */
  take<T>({ trunk, limits, running, begin }: CallToCount<T>): Promise<T> {
    return this.#calls.change(async (placed) => {
      const now = this.#now();
      const times = (placed[trunk] ?? []).filter((atMs) => now - atMs < DAY_MS);
      requireWithin(trunk, limits, { times, running: await running(), now });
      const begun = await begin();
      placed[trunk] = [...times, now];
      return begun;
    });
  }
}

/** @throws TooMany */
function requireWithin(
  trunk: string,
  { perMinute, atOnce, perDay }: Limits,
  { times, running, now }: { times: readonly number[]; running: number; now: number },
): void {
  const lately = times.filter((atMs) => now - atMs < MINUTE_MS);
  const wait = (all: readonly number[], most: number, withinMs: number) =>
    (all.at(-most) ?? now) + withinMs - now;
  const tooMany = (what: string, limit: keyof Limits, retryAfterMs: number) =>
    new TooMany(what, trunk, limit, retryAfterMs);
  if (running >= atOnce) throw tooMany(`${running} calls at once`, 'atOnce', 10_000);
  if (lately.length >= perMinute)
    throw tooMany(`${lately.length} calls in a minute`, 'perMinute', wait(lately, perMinute, MINUTE_MS));
  if (times.length >= perDay)
    throw tooMany(`${times.length} calls in a day`, 'perDay', wait(times, perDay, DAY_MS));
}

/** A call that would be more than a limit allows. */
export class TooMany extends AppError {
  /** When it is worth another try. */
  readonly retryAfterMs: number;

  constructor(what: string, trunk: string, limit: string, retryAfterMs: number) {
    super(`the trunk ${trunk} has ${what}`, {
      hint: `try again in ${Math.ceil(retryAfterMs / 1000)} s, or raise outbound.${trunk}.limits.${limit} of PHONE_SETUP`,
    });
    this.retryAfterMs = retryAfterMs;
  }
}
