import FFT from 'fft.js';
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
  const fft = new FFT(size);
  const input = new Float64Array(size);
  const bins: number[] = fft.createComplexArray();
  const values = new Float32Array(rows * BANDS);
  for (let row = 0; row < rows; row += 1) {
    const start = Math.round(row * hop);
    for (let i = 0; i < size; i += 1) input[i] = (samples[start + i] ?? 0) * (window[i] ?? 0);
    fft.realTransform(bins, input);
    for (let bin = 0; bin < size / 2; bin += 1) {
      const band = bandOfBin[bin] ?? -1;
      if (band >= 0) values[row * BANDS + band] = (values[row * BANDS + band] ?? 0) + power(bins, bin);
    }
  }
  return { rows, values: toDecibels(values, floorDb) };
}

/** The frequency with the most energy, in Hz; 0 for silence. Exact to `sampleRate / 16384`. */
export function dominantFrequency({ samples, sampleRate }: Sound): number {
  const size = 16_384;
  const fft = new FFT(size);
  const bins: number[] = fft.createComplexArray();
  fft.realTransform(
    bins,
    Float64Array.from({ length: size }, (_, i) => samples[i] ?? 0),
  );
  let loudest = 0;
  for (let bin = 1; bin < size / 2; bin += 1) {
    if (power(bins, bin) > power(bins, loudest)) loudest = bin;
  }
  return (loudest * sampleRate) / size;
}

/** Of one bin; `bins` holds real and imaginary parts in turn. */
const power = (bins: readonly number[], bin: number): number =>
  (bins[2 * bin] ?? 0) ** 2 + (bins[2 * bin + 1] ?? 0) ** 2;

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
