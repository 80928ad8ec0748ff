import type { Clock } from '../../openai/clock.ts';

/** A client that saves packets in silence (Opus DTX) sends one every 420 ms; with room for a look that is late. */
const MISSING_AFTER_MS = 470;
/** What lasts longer is no gap but a connection that is lost, on which no answer would be heard either. */
const LONGEST_GAP_MS = 3000;
/** Between looks that only learn how the line does. */
const LEARN_EVERY_MS = 5000;
/** A packet that was late, and no gap: nothing was said in it. */
const SHORTEST_GAP_MS = 150;
/** A line that sends nothing in silence shows that after so long. */
const QUIET_MS = 1000;

export interface PacketFlowParts {
  /** When the last packet of the caller came, in milliseconds of any clock; `undefined` where nobody knows. */
  lastPacketMs(): Promise<number | undefined>;
  clock: Clock;
}

/**
 * Whether packets of the caller's sound are missing: what is heard then is silence, and no end of a turn. A line that
 * sends nothing in silence (a phone with silence suppression) looks the same, so that only one counts which was seen to
 * send while its caller said nothing.
 */
export class PacketFlow {
  readonly #parts: PacketFlowParts;
  #isLooking = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** By our clock. */
  #lastPacketAt = Number.NEGATIVE_INFINITY;
  /** Of the two clocks: the least difference that was seen, as a packet comes every 20 ms in speech. */
  #offsetMs = Number.POSITIVE_INFINITY;
  #learntAt = Number.NEGATIVE_INFINITY;
  #hasHeard = false;
  #sendsInSilence = false;
  /** Since when the end of a turn waits for packets. */
  #awaitedAt: number | undefined;

  constructor(parts: PacketFlowParts) {
    this.#parts = parts;
  }

  /** The caller is heard. */
  speech(): void {
    this.#awaitedAt = undefined;
    // The first look in speech tells how the clocks differ: in silence the last packet may be old.
    if (this.#hasHeard && this.#parts.clock.now() - this.#lookedAt < LEARN_EVERY_MS) return;
    this.#hasHeard = true;
    void this.look();
  }

  /** The caller has not been heard for so long, in no turn. */
  async quiet(silenceMs: number): Promise<void> {
    const now = this.#parts.clock.now();
    if (silenceMs < QUIET_MS || now - this.#learntAt < LEARN_EVERY_MS) return;
    this.#learntAt = now;
    if (await this.look()) this.#sendsInSilence = this.#ageMs <= MISSING_AFTER_MS;
  }

  /**
   * A turn is about to end: whether packets of it are missing, as the last `look` saw, or are back since it was asked
   * before: then the caller may go on, which takes a moment to be heard.
   */
  atEnd(): 'here' | 'missing' | 'back' {
    const now = this.#parts.clock.now();
    const ageMs = this.#ageMs;
    const awaitedAt = this.#awaitedAt;
    const awaitedMs = awaitedAt === undefined ? 0 : now - awaitedAt;
    const isGap = ageMs > MISSING_AFTER_MS && ageMs <= LONGEST_GAP_MS;
    // A clock that was set looks like a gap that does not end.
    if (this.#sendsInSilence && isGap && awaitedMs <= LONGEST_GAP_MS) {
      this.#awaitedAt = awaitedAt ?? now;
      return 'missing';
    }
    this.#awaitedAt = undefined;
    if (awaitedMs > LONGEST_GAP_MS) this.#offsetMs = Number.POSITIVE_INFINITY;
    return awaitedMs > SHORTEST_GAP_MS && ageMs <= MISSING_AFTER_MS ? 'back' : 'here';
  }

  /** Asks when the last packet came, unless that is being asked. Does not reject. @returns whether it is known. */
  async look(): Promise<boolean> {
    const { clock, lastPacketMs } = this.#parts;
    if (this.#isLooking) return false;
    this.#isLooking = true;
    this.#lookedAt = clock.now();
    try {
      const lastMs = await lastPacketMs();
      if (lastMs === undefined) return false;
      const differenceMs = clock.now() - lastMs;
      this.#offsetMs = Math.min(this.#offsetMs, differenceMs);
      this.#lastPacketAt = lastMs + this.#offsetMs;
      return true;
    } catch {
      // The room is closed.
      return false;
    } finally {
      this.#isLooking = false;
    }
  }

  get #ageMs(): number {
    return this.#parts.clock.now() - this.#lastPacketAt;
  }
}
