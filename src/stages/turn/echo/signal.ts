/** Rate at which sound is compared: most of a voice's energy lies below 2 kHz, and so does what loudspeakers carry. */
export const ECHO_RATE = 4000;
/** Samples for each millisecond. */
export const PER_MS = ECHO_RATE / 1000;
/** What is remembered: the longest part of an overlap that is compared, and the longest way of an echo before it. */
const KEPT_SAMPLES = 8000 * PER_MS;

/** The last eight seconds of a sound at 4 kHz, by the time at which each sample was heard or played. */
export class EchoSignal {
  readonly #step: number;
  readonly #kernel: Float32Array;
  readonly #ring = new Float32Array(KEPT_SAMPLES);
  /** Input that the filter still needs. */
  #tail: Float32Array;
  /** Input samples until the next output. */
  #skip = 0;
  /** Where the next sample goes: milliseconds times `PER_MS`. */
  #end = 0;

  /** @param rate - of what is written: a multiple of 4000. */
  constructor(rate: number) {
    this.#step = rate / ECHO_RATE;
    this.#kernel = hann(4 * this.#step + 1);
    this.#tail = new Float32Array(this.#kernel.length - 1);
  }

  /** The time after the last sample. */
  get endMs(): number {
    return this.#end / PER_MS;
  }

  /** Sound that goes on where the last ended. */
  append(samples: Int16Array): void {
    const { length } = this.#tail;
    const input = new Float32Array(length + samples.length);
    input.set(this.#tail);
    for (let at = 0; at < samples.length; at++) input[length + at] = (samples[at] ?? 0) / 32_768;
    this.#tail = input.slice(samples.length);
    let at = this.#skip;
    for (; at < samples.length; at += this.#step) this.#put(this.#filtered(input, at));
    this.#skip = at - samples.length;
  }

  /** The next sound begins at `atMs`; silence until then, and what was written from then on is forgotten. */
  moveTo(atMs: number): void {
    const end = Math.round(atMs * PER_MS);
    if (end < this.#end) {
      for (let at = Math.max(end, this.#end - KEPT_SAMPLES); at < this.#end; at++) this.#ring[slot(at)] = 0;
    } else {
      for (let at = Math.max(this.#end, end - KEPT_SAMPLES); at < end; at++) this.#ring[slot(at)] = 0;
    }
    this.#end = end;
    this.#tail.fill(0);
    this.#skip = 0;
  }

  /** The samples from `fromMs` on; silence where none are known. */
  read(fromMs: number, length: number): Float32Array {
    const from = Math.round(fromMs * PER_MS);
    const samples = new Float32Array(length);
    const first = Math.max(0, this.#end - KEPT_SAMPLES - from);
    const end = Math.min(length, this.#end - from);
    for (let at = first; at < end; at++) samples[at] = this.#ring[slot(from + at)] ?? 0;
    return samples;
  }

  #put(sample: number): void {
    this.#ring[slot(this.#end)] = sample;
    this.#end += 1;
  }

  /** Keeps what a rate of 4 kHz can carry. */
  #filtered(input: Float32Array, start: number): number {
    let sum = 0;
    for (let tap = 0; tap < this.#kernel.length; tap++) {
      sum += (this.#kernel[tap] ?? 0) * (input[start + tap] ?? 0);
    }
    return sum;
  }
}

function slot(at: number): number {
  return ((at % KEPT_SAMPLES) + KEPT_SAMPLES) % KEPT_SAMPLES;
}

/** Its sum is 1. */
function hann(length: number): Float32Array {
  const taps = Float32Array.from(
    { length },
    (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 1)) / (length + 1)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}
