import type { Sound } from './wav.ts';

/** Energy by band over time: `rows` frames of `BANDS` values each, in dB, row after row. */
export interface Spectrogram {
  readonly rows: number;
  readonly values: Float32Array;
}

export const BANDS = 24;
/** Time from one row to the next. */
export const HOP_MS = 10;

const WINDOW_MS = 32;
const LOWEST_HZ = 150;
const HIGHEST_HZ = 6000;

/**
 * The sound as an ear sorts it: bands of equal width on the mel scale. Levels more than `floorDb` below the
 * loudest moment count as that floor, so comfort noise and silence look alike.
 */
export function spectrogram({ samples, sampleRate }: Sound, floorDb = 35): Spectrogram {
  const size = 2 ** Math.ceil(Math.log2((sampleRate * WINDOW_MS) / 1000));
  const hop = (sampleRate * HOP_MS) / 1000;
  const rows = Math.max(0, Math.floor((samples.length - size) / hop) + 1);
  const bandOfBin = bandsOfBins(size, sampleRate);
  const window = Float64Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
  );
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  const values = new Float32Array(rows * BANDS);
  for (let row = 0; row < rows; row += 1) {
    const start = Math.round(row * hop);
    for (let i = 0; i < size; i += 1) real[i] = (samples[start + i] ?? 0) * (window[i] ?? 0);
    imaginary.fill(0);
    fft(real, imaginary);
    for (let bin = 0; bin < size / 2; bin += 1) {
      const band = bandOfBin[bin] ?? -1;
      if (band >= 0)
        values[row * BANDS + band] = (values[row * BANDS + band] ?? 0) + power(real, imaginary, bin);
    }
  }
  return { rows, values: toDecibels(values, floorDb) };
}

/** The frequency with the most energy, in Hz; 0 for silence. Exact to `sampleRate / 16384`. */
export function dominantFrequency({ samples, sampleRate }: Sound): number {
  const size = 16_384;
  const real = Float64Array.from({ length: size }, (_, i) => samples[i] ?? 0);
  const imaginary = new Float64Array(size);
  fft(real, imaginary);
  let loudest = 0;
  for (let bin = 1; bin < size / 2; bin += 1) {
    if (power(real, imaginary, bin) > power(real, imaginary, loudest)) loudest = bin;
  }
  return (loudest * sampleRate) / size;
}

const power = (real: Float64Array, imaginary: Float64Array, bin: number): number =>
  (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;

const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);

function bandsOfBins(size: number, sampleRate: number): Int8Array {
  const width = (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) / BANDS;
  return Int8Array.from({ length: size / 2 }, (_, bin) => {
    const band = Math.floor((mel((bin * sampleRate) / size) - mel(LOWEST_HZ)) / width);
    return band >= 0 && band < BANDS ? band : -1;
  });
}

function toDecibels(powers: Float32Array, floorDb: number): Float32Array {
  const loudest = powers.reduce((most, value) => Math.max(most, value), 1e-9);
  const floor = loudest * 10 ** (-floorDb / 10);
  return powers.map((value) => 10 * Math.log10(Math.max(value, floor) / floor));
}

/** In place, radix 2. */
function fft(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i += 1) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) swap(real, imaginary, i, j);
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let k = 0; k < length / 2; k += 1) {
      const angle = (-2 * Math.PI * k) / length;
      butterflies(real, imaginary, { first: k, length, cos: Math.cos(angle), sin: Math.sin(angle) });
    }
  }
}

function swap(real: Float64Array, imaginary: Float64Array, i: number, j: number): void {
  [real[i], real[j]] = [real[j] ?? 0, real[i] ?? 0];
  [imaginary[i], imaginary[j]] = [imaginary[j] ?? 0, imaginary[i] ?? 0];
}

function butterflies(
  real: Float64Array,
  imaginary: Float64Array,
  { first, length, cos, sin }: { first: number; length: number; cos: number; sin: number },
): void {
  const half = length / 2;
  for (let a = first; a < real.length; a += length) {
    const b = a + half;
    const [realB, imaginaryB] = [real[b] ?? 0, imaginary[b] ?? 0];
    const turnedReal = realB * cos - imaginaryB * sin;
    const turnedImaginary = realB * sin + imaginaryB * cos;
    real[b] = (real[a] ?? 0) - turnedReal;
    imaginary[b] = (imaginary[a] ?? 0) - turnedImaginary;
    real[a] = (real[a] ?? 0) + turnedReal;
    imaginary[a] = (imaginary[a] ?? 0) + turnedImaginary;
  }
}
