/** Fourier transforms of one length, a power of two, in place. */
export class Fft {
  readonly length: number;
  /** Of the step that makes transforms of length 2n out of those of length n: from n on. */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  constructor(length: number) {
    this.length = length;
    this.#cos = new Float64Array(length);
    this.#sin = new Float64Array(length);
    for (let half = 1; half < length; half *= 2) {
      for (let k = 0; k < half; k++) {
        this.#cos[half + k] = Math.cos((Math.PI * k) / half);
        this.#sin[half + k] = -Math.sin((Math.PI * k) / half);
      }
    }
    this.#reversed = new Uint32Array(length);
    for (let at = 1; at < length; at++) {
      this.#reversed[at] = ((this.#reversed[at >> 1] ?? 0) >> 1) | (at & 1 ? length >> 1 : 0);
    }
  }

  /** With real and imaginary part exchanged it is the inverse, times the length. */
  transform(re: Float64Array, im: Float64Array): void {
    reorder(re, this.#reversed);
    reorder(im, this.#reversed);
    const cosines = this.#cos;
    const sines = this.#sin;
    for (let half = 1; half < re.length; half *= 2) {
      for (let start = 0; start < re.length; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const one = start + k;
          const other = one + half;
          const cos = cosines[half + k] ?? 0;
          const sin = sines[half + k] ?? 0;
          const turnedRe = (re[other] ?? 0) * cos - (im[other] ?? 0) * sin;
          const turnedIm = (re[other] ?? 0) * sin + (im[other] ?? 0) * cos;
          re[other] = (re[one] ?? 0) - turnedRe;
          im[other] = (im[one] ?? 0) - turnedIm;
          re[one] = (re[one] ?? 0) + turnedRe;
          im[one] = (im[one] ?? 0) + turnedIm;
        }
      }
    }
  }
}

function reorder(values: Float64Array, places: Uint32Array): void {
  for (let at = 0; at < values.length; at++) {
    const to = places[at] ?? 0;
    if (to <= at) continue;
    const value = values[at] ?? 0;
    values[at] = values[to] ?? 0;
    values[to] = value;
  }
}
