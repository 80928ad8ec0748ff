import { randomFrom } from '../../../src/bench/stats.ts';
import { voicedExtent } from '../../../src/probe/measure.ts';
import { resampled } from '../../../src/probe/wav.ts';
import { RATE, withLevel } from '../conditions.ts';
import { type PlacedWord, placed } from '../sounds.ts';
import { type Engine, say } from '../voices.ts';
import type { NoiseCase } from './cases.ts';

const PER_MS = RATE / 1000;
const TAIL_MS = 4500;

export interface Noise {
  readonly one: NoiseCase;
  /** Mono, 16 kHz: all that is heard while the agent speaks, from the moment it begins. */
  readonly samples: Int16Array;
  readonly words: readonly PlacedWord[];
  readonly endMs: number;
}

export async function noiseOf(one: NoiseCase): Promise<Noise> {
  const sound = withLevel(await rawOf(one), -one.softerDb);
  const endMs = one.atMs + sound.length / PER_MS;
  const samples = new Int16Array(Math.round((endMs + TAIL_MS) * PER_MS));
  samples.set(sound, Math.round(one.atMs * PER_MS));
  return { one, samples, endMs, words: one.isWritten && one.said ? placed(one.said, one.atMs, endMs) : [] };
}

async function rawOf(one: NoiseCase): Promise<Int16Array> {
  const random = randomFrom(one.seed);
  if (one.kind === 'cough') return cough(random);
  if (one.kind === 'clicks') return clicks(random);
  const { engine, voice, speed, said } = one;
  const samples = withLevel(
    resampled(await say({ engine: engine as Engine, voice, speed }, said), RATE).samples,
  );
  const extent = voicedExtent({ samples, sampleRate: RATE }, { thresholdDb: -50 });
  return extent
    ? samples.slice(Math.round(extent.startMs * PER_MS), Math.round(extent.endMs * PER_MS))
    : samples;
}

/** One to three bursts of noise, each with a short voiced ring behind it. */
function cough(random: () => number): Int16Array {
  const bursts = 1 + Math.floor(random() * 3);
  const pitch = 110 + 90 * random();
  const all: number[] = [];
  for (let burst = 0; burst < bursts; burst++) {
    const ms = 140 + 120 * random();
    for (let at = 0; at < ms * PER_MS; at++) {
      const s = at / RATE;
      const noise = (2 * random() - 1) * Math.exp(-18 * s);
      const ring = Math.sin(2 * Math.PI * pitch * s) * Math.exp(-30 * Math.abs(s - 0.06)) * 0.5;
      all.push(9000 * (noise + ring));
    }
    for (let at = 0; at < (80 + 150 * random()) * PER_MS; at++) all.push(0);
  }
  return Int16Array.from(all);
}

/** Keys of a keyboard: three to twelve. */
function clicks(random: () => number): Int16Array {
  const all: number[] = [];
  for (let key = 0, keys = 3 + Math.floor(random() * 10); key < keys; key++) {
    for (let at = 0; at < 12 * PER_MS; at++)
      all.push(12_000 * (2 * random() - 1) * Math.exp((-at / PER_MS) * 0.6));
    for (let at = 0; at < (70 + 160 * random()) * PER_MS; at++) all.push(0);
  }
  return Int16Array.from(all);
}
