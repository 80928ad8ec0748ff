import { AppError } from '../../errors.ts';
import type { Clock } from '../../openai/clock.ts';
import type { OutboundTrunk } from '../setup.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How often and how many at once a trunk may call, as this process has counted. */
export class DialLimits {
  readonly #clock: Clock;
  /** When calls were placed in the last 24 hours, oldest first, by trunk. */
  readonly #placedAtMs = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts a call that is placed now.
   *
   * @param running - calls of this trunk that last, by whoever placed them.
   * @throws TooMany where it would be more than a limit allows: it is not counted then.
   */
  take(trunk: string, { perMinute, atOnce, perDay }: OutboundTrunk['limits'], running: number): void {
    const now = this.#clock.now();
    const placed = (this.#placedAtMs.get(trunk) ?? []).filter((atMs) => now - atMs < DAY_MS);
    this.#placedAtMs.set(trunk, placed);
    const lately = placed.filter((atMs) => now - atMs < MINUTE_MS);
    const wait = (all: readonly number[], most: number, withinMs: number) =>
      (all.at(-most) ?? now) + withinMs - now;
    if (running >= atOnce) throw new TooMany(`${running} calls at once`, trunk, 'atOnce', 10_000);
    if (lately.length >= perMinute)
      throw new TooMany(
        `${lately.length} calls in a minute`,
        trunk,
        'perMinute',
        wait(lately, perMinute, MINUTE_MS),
      );
    if (placed.length >= perDay)
      throw new TooMany(`${placed.length} calls in a day`, trunk, 'perDay', wait(placed, perDay, DAY_MS));
    placed.push(now);
  }
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
