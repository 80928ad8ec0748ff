import { meanPower } from '../../src/openai/samples.ts';
import { resampled } from '../../src/probe/wav.ts';

export const CONDITIONS = ['clean', 'noise', 'babble', 'g711', 'loss'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Mono, 16 kHz: what turn taking hears. */
export const RATE = 16_000;
export const SPEECH_DBFS = -23;
/** How far below the speech. Louder babble is speech to the detector: such turns do not end. */
const NOISE_DB = -10;
export const BABBLE_DB = -20;
const LOST_SHARE = 0.03;
const PACKET = RATE / 50;
/** A voice goes on fading by so much for each packet that is lost. */
const CONCEALED = 0.6;

/**
 * The same as a caller's line brings it.
 *
 * @param babble - people talking, at the level of the speech, at least as long.
 */
export function heardThrough(
  condition: Condition,
  samples: Int16Array,
  { random, babble }: { random: () => number; babble: Int16Array },
): Int16Array {
  if (condition === 'noise') return mixed(samples, withLevel(pink(samples.length, random), NOISE_DB));
  if (condition === 'babble') return mixed(samples, withLevel(babble.slice(0, samples.length), BABBLE_DB));
  if (condition === 'g711') return g711(samples);
  return condition === 'loss' ? lossy(samples, random) : samples;
}

/** @param relativeDb - to the level of all speech. */
export function withLevel(samples: Int16Array, relativeDb = 0): Int16Array {
  const target = 32_768 * 10 ** ((SPEECH_DBFS + relativeDb) / 20);
  const gain = target / (Math.sqrt(meanPower(samples)) || 1);
  return samples.map((sample) => clipped(sample * gain));
}

function mixed(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, at) => clipped(sample + (other[at] ?? 0)));
}

const clipped = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** Kellet's filter: −3 dB an octave. */
function pink(length: number, random: () => number): Int16Array {
  let [a, b, c] = [0, 0, 0];
  return Int16Array.from({ length }, () => {
    const white = random() * 2 - 1;
    a = 0.99765 * a + white * 0.099046;
    b = 0.963 * b + white * 0.2965164;
    c = 0.57 * c + white * 1.0526913;
    return clipped((a + b + c + white * 0.1848) * 4000);
  });
}

/** There and back through 8 kHz and µ-law. */
function g711(samples: Int16Array): Int16Array {
  const narrow = resampled({ samples, sampleRate: RATE }, 8000).samples.map(throughMuLaw);
  const wide = resampled({ samples: narrow, sampleRate: 8000 }, RATE).samples;
  const all = new Int16Array(samples.length);
  all.set(wide.subarray(0, samples.length));
  return all;
}

const MU = 255;

function throughMuLaw(sample: number): number {
  const x = sample / 32_768;
  const coded = Math.round((Math.sign(x) * Math.log1p(MU * Math.abs(x)) * 127) / Math.log1p(MU));
  return clipped((Math.sign(coded) * ((1 + MU) ** (Math.abs(coded) / 127) - 1) * 32_768) / MU);
}

/** Packets of 20 ms that do not come; the last one that came is repeated, softer each time. */
function lossy(samples: Int16Array, random: () => number): Int16Array {
  const heard = samples.slice();
  for (let at = PACKET; at + PACKET <= heard.length; at += PACKET) {
    if (random() >= LOST_SHARE) continue;
    for (let i = 0; i < PACKET; i++) heard[at + i] = clipped((heard[at + i - PACKET] ?? 0) * CONCEALED);
  }
  return heard;
}
