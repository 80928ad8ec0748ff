import type { Happening, Subscriber } from '../observe/call-events.ts';
import type { Clock } from '../openai/clock.ts';

const LOOK_EVERY_MS = 1000;
/** Without a packet for so long a phone is on hold. */
const HELD_AFTER_MS = 3000;
/** Since the caller's last speech: packets are silence by then. */
const QUIET_MS = 2000;
/** A line that was seen so often to send silence sends it all the time. */
const LOOKS = 3;

export interface HoldParts {
  /** When the caller's last packet came, in milliseconds of any clock; `undefined` before the first one. */
  lastPacketMs(): Promise<number | undefined>;
  clock: Clock;
  emit(happening: Happening): void;
}

/**
 * Tells when a phone is put on hold, and is back: livekit-sip (1.8.0) has no event for it, so what tells it is that no sound comes. A
 * line that sends nothing in silence looks the same: the hold is certain only on one that was seen to send while its caller said
 * nothing.
 */
export function watchHold(parts: HoldParts): Subscriber {
  const hold = new Hold(parts);
  return (event) => {
    if (event.type === 'line-opened') hold.begin();
    else if (event.type === 'caller-speaks') hold.speaks(event.isSpeaking);
    else if (event.type === 'ending' || event.type === 'ended') hold.end();
  };
}

class Hold {
  readonly #parts: HoldParts;
  #packetMs: number | undefined;
  /** When it was seen that another packet had come. */
  #seenAtMs = 0;
  /** `undefined` while they speak. */
  #quietSinceMs: number | undefined = 0;
  #looksInSilence = 0;
  #isHeld = false;
  #isOver = false;
  #stop = () => {};

  constructor(parts: HoldParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#quietSinceMs = this.#parts.clock.now();
    this.#next();
  }

  speaks(isSpeaking: boolean): void {
    this.#quietSinceMs = isSpeaking ? undefined : this.#parts.clock.now();
  }

  end(): void {
    this.#isOver = true;
    this.#stop();
  }

  #next(): void {
    if (this.#isOver) return;
    this.#stop = this.#parts.clock.after(LOOK_EVERY_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    // The room may be closed.
    const packetMs = await this.#parts.lastPacketMs().catch(() => undefined);
    if (packetMs !== undefined && !this.#isOver) this.#saw(packetMs);
    this.#next();
  }

  #saw(packetMs: number): void {
    const nowMs = this.#parts.clock.now();
    const forMs = nowMs - this.#seenAtMs;
    if (packetMs === this.#packetMs) {
      if (!this.#isHeld && forMs >= HELD_AFTER_MS) this.#tell(true, forMs);
      return;
    }
    this.#packetMs = packetMs;
    this.#seenAtMs = nowMs;
    const isQuiet = this.#quietSinceMs !== undefined && nowMs - this.#quietSinceMs >= QUIET_MS;
    if (isQuiet && !this.#isHeld) this.#looksInSilence += 1;
    if (this.#isHeld) this.#tell(false, forMs);
  }

  #tell(isHeld: boolean, forMs: number): void {
    this.#isHeld = isHeld;
    this.#parts.emit({ type: 'hold', isHeld, isCertain: this.#looksInSilence >= LOOKS, forMs });
  }
}
