const ZERO_CROSSINGS = 12;

/** Changes the rate of a mono stream, piece by piece: the pieces' sizes do not change the result. */
export class Resampler {
  readonly #step: number;
  readonly #phases: Float64Array[];
  readonly #half: number;
  /** Input not used up yet; its first `#half` samples are history. */
  #pending: Int16Array;
  /** Position of the next output sample in `#pending`, in 1/phases of an input sample. */
  #at: number;

  constructor(fromRate: number, toRate: number) {
    const divisor = greatestCommonDivisor(fromRate, toRate);
    this.#step = fromRate / divisor;
    this.#half = fromRate === toRate ? 0 : Math.ceil(ZERO_CROSSINGS * Math.max(1, fromRate / toRate));
    this.#phases = kernels(toRate / divisor, this.#half, Math.min(1, toRate / fromRate));
    this.#pending = new Int16Array(this.#half);
    this.#at = this.#half * this.#phases.length;
  }

  push(samples: Int16Array): Int16Array {
    if (this.#half === 0) return samples;
    const input = new Int16Array(this.#pending.length + samples.length);
    input.set(this.#pending);
    input.set(samples, this.#pending.length);
    const count = this.#phases.length;
    const before = (input.length - this.#half) * count;
    const output = new Int16Array(Math.max(0, Math.ceil((before - this.#at) / this.#step)));
    for (let index = 0; index < output.length; index += 1, this.#at += this.#step)
      output[index] = this.#sampleAt(input);
    const used = Math.max(0, Math.min(input.length, Math.floor(this.#at / count) - this.#half));
    this.#pending = input.slice(used);
    this.#at -= used * count;
    return output;
  }

  /** The end of the stream, padded with silence. */
  flush(): Int16Array {
    return this.push(new Int16Array(this.#half));
  }

  #sampleAt(input: Int16Array): number {
    const first = Math.floor(this.#at / this.#phases.length) - this.#half + 1;
    const kernel = this.#phases[this.#at % this.#phases.length] as Float64Array;
    let sum = 0;
    for (let tap = 0; tap < kernel.length; tap += 1)
      sum += (kernel[tap] as number) * (input[first + tap] as number);
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
}

/** `samples` at another rate, in one go. */
export function resample(samples: Int16Array, fromRate: number, toRate: number): Int16Array {
  const resampler = new Resampler(fromRate, toRate);
  const body = resampler.push(samples);
  const tail = resampler.flush();
  const whole = new Int16Array(body.length + tail.length);
  whole.set(body);
  whole.set(tail, body.length);
  return whole;
}

/** Windowed sinc, one kernel for each position between two input samples; sums to 1, so that levels stay. */
function kernels(phases: number, half: number, cutoff: number): Float64Array[] {
  return Array.from({ length: phases }, (_, phase) => {
    const kernel = Float64Array.from({ length: 2 * half }, (_unused, tap) => {
      const distance = tap - half + 1 - phase / phases;
      const angle = Math.PI * distance * cutoff;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      return sinc * Math.cos((Math.PI * distance) / (2 * half + 2)) ** 2;
    });
    const sum = kernel.reduce((total, value) => total + value, 0);
    return kernel.map((value) => value / sum);
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
