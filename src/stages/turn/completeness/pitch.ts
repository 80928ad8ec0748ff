/** Pitch is looked for at this rate: speech has no higher one than 400 Hz. */
export const PITCH_RATE = 4000;
const LONGEST_LAG = PITCH_RATE / 70;
const SHORTEST_LAG = PITCH_RATE / 400;
/** Two periods of the lowest voice, and as much again to compare with. */
const COMPARED = 114;
export const PITCH_WINDOW = COMPARED + Math.ceil(LONGEST_LAG);
/** The waveform is this much alike one period later, or there is no pitch. */
const ALIKE = 0.5;
/** A longer lag has to be more alike than this share of the best: else a voice is heard an octave too low. */
const NEARLY_BEST = 0.9;

/**
 * Pitch of the voice by autocorrelation.
 *
 * @param samples - mono at 4 kHz, `PITCH_WINDOW` of them.
 * @returns semitones above 1 Hz; `undefined` of sounds without a pitch.
 */
export function pitchOf(samples: Float32Array): number | undefined {
  const likeness: number[] = [];
  let best = 0;
  for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag++) {
    const one = likenessAt(samples, lag);
    likeness.push(one);
    best = Math.max(best, one);
  }
  if (best < ALIKE) return undefined;
  const at = likeness.findIndex(
    (one, index) =>
      one >= NEARLY_BEST * best && one >= (likeness[index - 1] ?? 0) && one >= (likeness[index + 1] ?? 0),
  );
  return at < 0 ? undefined : 12 * Math.log2(PITCH_RATE / (at + SHORTEST_LAG));
}

function likenessAt(samples: Float32Array, lag: number): number {
  let [both, first, second] = [0, 1e-9, 1e-9];
  for (let i = 0; i < COMPARED; i++) {
    const [a = 0, b = 0] = [samples[i], samples[i + lag]];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  return both / Math.sqrt(first * second);
}
