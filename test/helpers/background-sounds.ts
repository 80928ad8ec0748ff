import { meanPower } from '../../src/openai/samples.ts';
import { decodeWav, resampled } from '../../src/probe/wav.ts';
import { loadFlite } from '../../src/standin/flite.ts';

/** Mono at 16 kHz, as all sounds here. */
export const RATE = 16_000;

const TALK =
  'The harbour was quiet that morning, and the boats lay still, while the men talked about the weather and the price of ' +
  'fish in town. Nobody had seen the ferry since Tuesday, and some of them thought that it would not come back before winter.';
const CHORDS = [
  [220, 277.18, 329.63],
  [246.94, 311.13, 369.99],
  [196, 246.94, 293.66],
  [174.61, 220, 261.63],
];

/** Numbers from -1 to 1, the same at every run. */
function random(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  };
}

export function whiteNoise(seconds: number): Float64Array {
  return Float64Array.from({ length: seconds * RATE }, random());
}

/** As of a fan or a street: 3 dB less with each octave (Paul Kellet's filter, his economy version). */
export function pinkNoise(seconds: number): Float64Array {
  const white = random();
  let [low, middle, high] = [0, 0, 0];
  return Float64Array.from({ length: seconds * RATE }, () => {
    const next = white();
    low = 0.997_65 * low + next * 0.099_046;
    middle = 0.963 * middle + next * 0.296_516_4;
    high = 0.57 * high + next * 1.052_691_3;
    return low + middle + high + next * 0.1848;
  });
}

/** A chord a second, six notes of it one by one over it, louder and softer. */
export function music(seconds: number): Float64Array {
  const overtones = (hz: number, at: number, count: number) => {
    let sum = 0;
    for (let n = 1; n <= count; n += 1) sum += Math.sin(2 * Math.PI * hz * n * at) / n;
    return sum;
  };
  return Float64Array.from({ length: seconds * RATE }, (_, sample) => {
    const at = sample / RATE;
    const chord = CHORDS[Math.floor(at) % CHORDS.length] ?? [];
    const note = chord[Math.floor(at * 6) % 3] ?? 0;
    const held = chord.reduce((sum, hz) => sum + 0.4 * overtones(hz, at, 5), 0);
    const plucked = overtones(2 * note, at, 6) * Math.exp(-2 * ((at * 6) % 1));
    return (held + plucked) * (0.6 + 0.4 * Math.sin((2 * Math.PI * at) / 7));
  });
}

/** So many people who talk at once, none of them to be understood; one is a second voice, or a television. */
export async function talk(seconds: number, voices: number): Promise<Float64Array> {
  const flite = await loadFlite();
  const sum = new Float64Array(seconds * RATE);
  for (const [at, voice] of ['rms', 'slt', 'awb'].slice(0, voices).entries()) {
    const wav = await flite(['-voice', voice, '-t', TALK, '-o', '/out/speech.wav']);
    const { samples } = resampled(decodeWav(wav), RATE);
    for (let i = 0; i < sum.length; i += 1)
      sum[i] = (sum[i] ?? 0) + (samples[(i + at * 17_000) % samples.length] ?? 0);
  }
  return sum;
}

/** A caller who speaks at one moment over a sound, which is so much softer than their speech. */
export function mixed(caller: Int16Array, atMs: number, sound: Float64Array, softerByDb: number): Int16Array {
  const at = (atMs * RATE) / 1000;
  const power = sound.reduce((total, sample) => total + sample * sample, 0) / sound.length;
  const gain = Math.sqrt(meanPower(caller) / power) / 10 ** (softerByDb / 20);
  return Int16Array.from(sound, (sample, i) => Math.round(sample * gain + (caller[i - at] ?? 0)));
}
