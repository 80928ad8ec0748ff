export const SAMPLE_RATE = 16_000;
/** Samples that are looked at together, and from one such look to the next: 25 and 10 ms. */
export const WINDOW = 400;
export const HOP = 160;
/** How many frequencies are told apart: 0 to 8000 Hz in steps of 40. */
export const FREQUENCIES = WINDOW / 2 + 1;

const LINEAR_BELOW_HZ = 1000;
const HZ_PER_MEL = 200 / 3;
const LINEAR_MELS = LINEAR_BELOW_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

const toMel = (hz: number) =>
  hz < LINEAR_BELOW_HZ ? hz / HZ_PER_MEL : LINEAR_MELS + Math.log(hz / LINEAR_BELOW_HZ) / LOG_STEP;
const toHz = (mel: number) =>
  mel < LINEAR_MELS ? mel * HZ_PER_MEL : LINEAR_BELOW_HZ * Math.exp(LOG_STEP * (mel - LINEAR_MELS));

/**
 * Whisper's triangular filters from frequencies to `count` mels, one after the other, `FREQUENCIES` weights each: those
 * of `librosa.filters.mel(sr=16000, n_fft=400, n_mels=count)`, which are Slaney's (Auditory Toolbox, 1998).
 */
export function melFilters(count: number): Float32Array {
  const top = toMel(SAMPLE_RATE / 2);
  const corners = Array.from({ length: count + 2 }, (_, index) => toHz((top * index) / (count + 1)));
  const filters = new Float32Array(count * FREQUENCIES);
  for (let mel = 0; mel < count; mel += 1) {
    const [low = 0, peak = 0, high = 0] = corners.slice(mel, mel + 3);
    for (let bin = 0; bin < FREQUENCIES; bin += 1) {
      const hz = (bin * SAMPLE_RATE) / WINDOW;
      const weight = Math.min((hz - low) / (peak - low), (high - hz) / (high - peak));
      filters[mel * FREQUENCIES + bin] = (Math.max(0, weight) * 2) / (high - low);
    }
  }
  return filters;
}

/** The Fourier transform of one Hann window: `FREQUENCIES` rows for the real part, then as many for the imaginary. */
export function transform(): Float32Array {
  const rows = new Float32Array(2 * FREQUENCIES * WINDOW);
  for (let bin = 0; bin < FREQUENCIES; bin += 1) {
    for (let at = 0; at < WINDOW; at += 1) {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / WINDOW);
      const angle = (2 * Math.PI * bin * at) / WINDOW;
      rows[bin * WINDOW + at] = hann * Math.cos(angle);
      rows[(FREQUENCIES + bin) * WINDOW + at] = -hann * Math.sin(angle);
    }
  }
  return rows;
}
