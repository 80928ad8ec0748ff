import { meanPower } from '../../../openai/samples.ts';
import { WholeFrames } from '../../../openai/whole-frames.ts';
import { PITCH_RATE, PITCH_WINDOW, pitchOf } from './pitch.ts';

const RATE = 16_000;
const DECIMATION = RATE / PITCH_RATE;
const FRAME_MS = 20;
const FRAME = (RATE * FRAME_MS) / 1000;
/** Remembered of a turn: 8 s. */
const FRAMES = 8000 / FRAME_MS;
/** Softer than the loudest part by so much is silence; so is what is hardly louder than the background. */
const BELOW_PEAK_DB = 25;
const ABOVE_NOISE_DB = 6;
/** Share of frames that are softer than the background at its loudest: gaps in words, and the pause after them. */
const BACKGROUND_SHARE = 0.03;
/** What is hardly softer than the loudest part is voice, where there is no background to hear. */
const LOUD_DB = 8;
/** What of the end of speech says how it ends. */
const END_MS = 300;

interface Frame {
  db: number;
  /** Semitones. */
  pitch: number | undefined;
}

/**
 * How the sound of a turn ends, as numbers from about −1 to 1; the order is the model's. Neither how long it is nor where
 * it paused before: callers to learn from pause once, and a pause behind them would say that they are done.
 */
export const PROSODY_FEATURES = [
  'pitch slope at the end',
  'pitch at the end',
  'lowest pitch at the end',
  'is voiced at the end',
  'loudness slope at the end',
  'loudness at the end',
  'length of the last stretch of voice',
  'the same among the others',
] as const;

/** Hears a turn and tells how it ends: about 1.5 ms of CPU time a second. */
export class Prosody {
  #frames: Frame[] = [];
  /** Typed: lists of numbers were half of what ten calls allocated. */
  readonly #heard = new WholeFrames(FRAME, (samples) => this.#hear(samples));
  readonly #window = new Float32Array(PITCH_WINDOW);

  /** Mono at 16 kHz, as it comes. */
  push(samples: Int16Array): void {
    this.#heard.push(samples);
  }

  reset(): void {
    this.#frames = [];
    this.#heard.takeRest();
  }

  #hear(samples: Int16Array): void {
    const db = 10 * Math.log10(meanPower(samples) / 32_768 ** 2 + 1e-9);
    const fresh = FRAME / DECIMATION;
    this.#window.copyWithin(0, fresh);
    for (let i = 0; i < fresh; i++) {
      let sum = 0;
      for (let k = 0; k < DECIMATION; k++) sum += samples[i * DECIMATION + k] ?? 0;
      this.#window[PITCH_WINDOW - fresh + i] = sum / DECIMATION;
    }
    this.#frames.push({ db, pitch: db > -55 ? pitchOf(this.#window) : undefined });
    if (this.#frames.length > FRAMES) this.#frames.shift();
  }

  /** One number for each of `PROSODY_FEATURES`; zeros before anything was heard. */
  features(): number[] {
    const peak = this.#frames.reduce((most, { db }) => Math.max(most, db), -90);
    const levels = this.#frames.map(({ db }) => db).sort((a, b) => a - b);
    const background = levels[Math.floor(BACKGROUND_SHARE * levels.length)] ?? -90;
    const bar = Math.min(peak - LOUD_DB, Math.max(peak - BELOW_PEAK_DB, background + ABOVE_NOISE_DB));
    const isLoud = (frame: Frame) => frame.db > bar;
    const last = this.#frames.findLastIndex(isLoud);
    if (last < 0) return PROSODY_FEATURES.map(() => 0);
    const heard = this.#frames.slice(this.#frames.findIndex(isLoud), last + 1);
    const end = heard.slice(-END_MS / FRAME_MS);
    const loud = heard.filter(isLoud);
    const pitches = voiced(heard);
    const middle = median(pitches.map(([, pitch]) => pitch));
    const ended = voiced(end);
    const lastPitches = ended.slice(-3).map(([, pitch]) => pitch);
    const stretches = lengths(heard, ({ pitch }) => pitch !== undefined, 2);
    return [
      bounded(slope(ended) * 3),
      bounded((median(lastPitches) - middle) / 6),
      bounded((Math.min(...lastPitches, middle) - middle) / 8),
      ended.length / end.length,
      bounded(slope(end.map(({ db }, at) => [at, db])) / 2),
      bounded((mean(end.slice(-4).map(({ db }) => db)) - median(loud.map(({ db }) => db))) / 15),
      bounded((stretches.at(-1) ?? 0) / 15 - 1),
      bounded(Math.log2(((stretches.at(-1) ?? 0) + 1) / (median(stretches) + 1)) / 2),
    ];
  }
}

const bounded = (value: number): number => Math.max(-2, Math.min(2, Number.isFinite(value) ? value : 0));

function voiced(frames: readonly Frame[]): [number, number][] {
  return frames.flatMap(({ pitch }, at): [number, number][] => (pitch === undefined ? [] : [[at, pitch]]));
}

/** How long each run of such frames is, in frames. */
function lengths(frames: readonly Frame[], is: (frame: Frame) => boolean, least: number): number[] {
  const runs: number[] = [];
  let run = 0;
  for (const frame of frames) {
    if (is(frame)) run += 1;
    else {
      if (run >= least) runs.push(run);
      run = 0;
    }
  }
  if (run >= least) runs.push(run);
  return runs;
}

/** Of the line with the least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
