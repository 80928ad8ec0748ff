/**
 * Whether sound alone tells who only listens from who interrupts, on the side to tune on: how long it lasts, how far the pitch
 * moves, how much of it is voiced, how many peaks of loudness (syllables) it has, and the best rule of all four.
 *
 *     npx tsx test/patience/noises/by-sound.ts
 */
import { initializeLogger } from '@livekit/agents';
import { percentile } from '../../../src/bench/stats.ts';
import { PITCH_RATE, PITCH_WINDOW, pitchOf } from '../../../src/stages/turn/completeness/pitch.ts';
import { RATE } from '../conditions.ts';
import { noiseCases } from './cases.ts';
import { STOPPING } from './lines.ts';
import { noiseOf } from './sounds.ts';

const SEED = 16;
const HOP = PITCH_RATE / 50;
const FRAME = RATE / 50;
/** A syllable is this much louder than the valley before it, and no softer than so much below the loudest. */
const PEAK_DB = 3;
const BELOW_LOUDEST_DB = 15;

const FEATURES = ['ms', 'pitchRange', 'voiced', 'syllables'] as const;
type Features = Record<(typeof FEATURES)[number], number>;

function featuresOf(samples: Int16Array): Features {
  const every = RATE / PITCH_RATE;
  const low = Float32Array.from({ length: Math.floor(samples.length / every) }, (_, at) =>
    samples.subarray(at * every, (at + 1) * every).reduce((sum, one) => sum + one / every, 0),
  );
  const starts = Array.from(
    { length: Math.max(0, Math.floor((low.length - PITCH_WINDOW) / HOP) + 1) },
    (_, at) => at * HOP,
  );
  const pitches = starts.flatMap((at) => pitchOf(low.subarray(at, at + PITCH_WINDOW)) ?? []);
  return {
    ms: (samples.length * 1000) / RATE,
    pitchRange: (percentile(pitches, 0.9) ?? 0) - (percentile(pitches, 0.1) ?? 0),
    voiced: pitches.length / Math.max(1, starts.length),
    syllables: syllablesIn(samples),
  };
}

function syllablesIn(samples: Int16Array): number {
  const levels = Array.from({ length: Math.floor(samples.length / FRAME) }, (_, at) => {
    const frame = samples.subarray(at * FRAME, (at + 1) * FRAME);
    return 10 * Math.log10(frame.reduce((sum, one) => sum + one * one, 1) / FRAME);
  });
  const smooth = levels.map(
    (level, at) => ((levels[at - 1] ?? level) + level + (levels[at + 1] ?? level)) / 3,
  );
  const loudest = Math.max(...smooth);
  let [count, valley] = [0, Number.NEGATIVE_INFINITY];
  for (const [at, level] of smooth.entries()) {
    const isPeak = level >= (smooth[at - 1] ?? -1) && level > (smooth[at + 1] ?? -1);
    const isNew = count === 0 || level - valley > PEAK_DB;
    if (isPeak && isNew && level > loudest - BELOW_LOUDEST_DB) {
      count += 1;
      valley = level;
    }
    valley = Math.min(valley, level);
  }
  return count;
}

initializeLogger({ pretty: false, level: 'silent' });
const short = new Set(Object.values(STOPPING.tune).flat());
const listening: Features[] = [];
const interrupting: (Features & { isShort: boolean })[] = [];
for (const one of await noiseCases('tune', SEED)) {
  if (one.kind !== 'listening' && one.kind !== 'interruption') continue;
  const { samples, endMs } = await noiseOf(one);
  const own = samples.subarray(Math.round((one.atMs * RATE) / 1000), Math.round((endMs * RATE) / 1000));
  if (one.kind === 'listening') listening.push(featuresOf(own));
  else interrupting.push({ ...featuresOf(own), isShort: short.has(one.said) });
}
const someShort = interrupting.filter(({ isShort }) => isShort);
console.log(
  `seed ${SEED}, «tune»: ${listening.length} listen, ${interrupting.length} interrupt, ${someShort.length} of them in a word or two`,
);
for (const name of FEATURES)
  console.log(
    `${name}: area under the ROC curve ${areaOf(name, interrupting)}, of short interruptions ${areaOf(name, someShort)}`,
  );
for (const lost of [0.01, 0.1]) console.log(`at most ${100 * lost} % of interruptions lost:`, bestRule(lost));

/** How often an interruption has more of it than who listens. */
function areaOf(name: keyof Features, others: readonly Features[]): string {
  const wins = listening.flatMap((one) =>
    others.map((other): number => (other[name] > one[name] ? 1 : other[name] === one[name] ? 0.5 : 0)),
  );
  return (wins.reduce((sum, one) => sum + one, 0) / wins.length).toFixed(2);
}

/** Short, with little pitch movement, voiced, of few syllables: the limits by which most listeners are known. */
function bestRule(mostLost: number) {
  let best = { known: 0, lost: 0, ms: 0, pitchRange: 0, voiced: 0, syllables: 0 };
  for (let ms = 150; ms <= 900; ms += 25)
    for (let pitchRange = 0.5; pitchRange <= 12; pitchRange += 0.5)
      for (let voiced = 0; voiced < 1; voiced += 0.1)
        for (const syllables of [1, 2, 3, 9]) {
          const is = (one: Features) =>
            one.ms <= ms &&
            one.pitchRange <= pitchRange &&
            one.voiced >= voiced &&
            one.syllables <= syllables;
          const lost = interrupting.filter(is).length / interrupting.length;
          const known = listening.filter(is).length / listening.length;
          if (lost <= mostLost && known > best.known)
            best = { known, lost, ms, pitchRange, voiced, syllables };
        }
  return best;
}
