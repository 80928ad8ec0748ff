import type { Sound } from '../probe/wav.ts';

const FULL_SCALE = 32_768;
const amplitude = (dbfs: number): number => FULL_SCALE * 10 ** (dbfs / 20);

/** The same sound with its voiced samples at a level; peaks are held below full scale. */
export function withLevel({ samples, sampleRate }: Sound, dbfs: number): Sound {
  const loud = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  let sum = 0;
  let count = 0;
  for (const sample of samples) {
    if (Math.abs(sample) < loud / 50) continue;
    sum += sample * sample;
    count += 1;
  }
  const gain = Math.min(amplitude(dbfs) / Math.sqrt(sum / Math.max(1, count)), (0.95 * FULL_SCALE) / loud);
  return { samples: samples.map((sample) => Math.round(sample * gain)), sampleRate };
}

/** The sound over steady background noise, more of it in the low than in the high frequencies, always the same. */
export function noise({ samples, sampleRate }: Sound, dbfs: number): Sound {
  const bed = Float64Array.from(samples);
  let state = 12_345;
  let slow = 0;
  let power = 0;
  for (let i = 0; i < bed.length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const white = state / 2 ** 31 - 1;
    slow += 0.15 * (white - slow);
    bed[i] = slow;
    power += slow * slow;
  }
  const gain = amplitude(dbfs) / Math.sqrt(power / Math.max(1, bed.length));
  const mixed = samples.map((sample, i) =>
    Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample + (bed[i] ?? 0) * gain))),
  );
  return { samples: mixed, sampleRate };
}
