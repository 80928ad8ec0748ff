/** One array of all the pieces; a single piece is returned itself. */
export function joined(pieces: readonly Int16Array[]): Int16Array {
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Mean square of 16-bit samples, `start` to before `end`; 0 of none. */
export function meanPower(samples: Int16Array, start = 0, end = samples.length): number {
  const stop = Math.min(end, samples.length);
  let sum = 0;
  for (let i = start; i < stop; i++) sum += (samples[i] ?? 0) ** 2;
  return stop > start ? sum / (stop - start) : 0;
}

/** The middle of the quietest `window` samples from `from` on. */
export function quietest(samples: Int16Array, window: number, from = 0): number {
  let best = { at: Math.max(0, from), power: Number.POSITIVE_INFINITY };
  for (let at = best.at; at + window <= samples.length; at += window) {
    const power = meanPower(samples, at, at + window);
    if (power < best.power) best = { at, power };
  }
  return best.at + Math.floor(window / 2);
}
