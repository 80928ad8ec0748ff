/** Of 32,767: what a line without speech has. */
const QUIET = 300;

/** Samples of two channels by the moment at which they are heard, until they are taken. */
export class Timeline {
  readonly #channels: readonly [Int16Array, Int16Array];
  readonly #room: number;
  /** The first sample that was not taken. */
  #from = 0;

  /** @param room - samples that are held before they are taken; what is beyond is lost. */
  constructor(room: number) {
    this.#room = room;
    this.#channels = [new Int16Array(room), new Int16Array(room)];
  }

  /** How many were taken so far. */
  get from(): number {
    return this.#from;
  }

  /** Samples whose place was taken before are left out. */
  write(channel: 0 | 1, at: number, samples: Int16Array): void {
    const ring = this.#channels[channel];
    const first = Math.max(0, this.#from - at);
    const end = Math.min(samples.length, this.#from + this.#room - at);
    for (let i = first; i < end; i += 1) ring[(at + i) % this.#room] = samples[i] ?? 0;
  }

  /**
   * What is held of a channel up to a place was heard sooner by so many samples.
   *
   * @returns whether it could be moved: not where something loud would be lost, whose place was taken before.
   */
  pullBack(channel: 0 | 1, until: number, by: number): boolean {
    const ring = this.#channels[channel];
    for (let at = this.#from; at < Math.min(this.#from + by, until); at += 1)
      if (Math.abs(ring[at % this.#room] ?? 0) > QUIET) return false;
    const end = Math.min(until, this.#from + this.#room);
    for (let at = this.#from; at < end; at += 1)
      ring[at % this.#room] = at + by < end ? (ring[(at + by) % this.#room] ?? 0) : 0;
    return true;
  }

  /** From this place on nothing is heard in a channel. */
  clear(channel: 0 | 1, at: number): void {
    const ring = this.#channels[channel];
    const start = Math.max(at, this.#from);
    for (let i = start; i < this.#from + this.#room; i += 1) ring[i % this.#room] = 0;
  }

  /** Both channels up to a place, interleaved, the first one left. */
  take(until: number): Int16Array {
    const count = Math.max(0, Math.min(until - this.#from, this.#room));
    const [left, right] = this.#channels;
    const taken = new Int16Array(2 * count);
    for (let i = 0; i < count; i += 1) {
      const at = (this.#from + i) % this.#room;
      taken[2 * i] = left[at] ?? 0;
      taken[2 * i + 1] = right[at] ?? 0;
      left[at] = 0;
      right[at] = 0;
    }
    this.#from += count;
    return taken;
  }
}
