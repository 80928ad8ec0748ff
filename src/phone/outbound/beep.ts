import { meanPower } from '../../openai/samples.ts';
import { WholeFrames } from '../../openai/whole-frames.ts';

/** Beeps last 200 ms to 1 s; rings and busy tones are of two frequencies, or over before the answer. */
const LASTS_MS = 160;
const FRAME_MS = 20;
/** Of the power of a frame, what one sine wave leaves: speech leaves more, its harmonics being many. */
const MOST_REST = 0.02;
/** Of its frequency from frame to frame, relative. */
const MOST_DRIFT = 0.01;
const FREQUENCIES_HZ = { from: 300, to: 2200 };
/** Between the quarters of a frame, as a factor of their power: two tones beat. */
const MOST_SWELL = 2;
/** Mean square of 16-bit samples: -40 dB. */
const LEAST_POWER = 328 ** 2;

/** Listens for the tone that ends a recorded greeting: one pure tone that lasts. Mono, 16-bit, any rate. */
export class BeepDetector {
  readonly #heard: WholeFrames;
  #beeps = 0;
  #toneMs = 0;
  #frequencyHz = 0;

  constructor(sampleRate: number) {
    this.#heard = new WholeFrames((sampleRate * FRAME_MS) / 1000, (frame) => {
      if (this.#follow(toneIn(frame, sampleRate))) this.#beeps += 1;
    });
  }

  /** @returns whether a beep was heard by the end of these samples; then it listens for another. */
  push(samples: Int16Array): boolean {
    const before = this.#beeps;
    this.#heard.push(samples);
    return this.#beeps > before;
  }

  #follow(frequencyHz = 0): boolean {
    const isSame = Math.abs(frequencyHz - this.#frequencyHz) <= MOST_DRIFT * frequencyHz;
    this.#frequencyHz = frequencyHz;
    if (frequencyHz === 0) this.#toneMs = 0;
    else this.#toneMs = isSame ? this.#toneMs + FRAME_MS : FRAME_MS;
    return this.#toneMs === LASTS_MS;
  }
}

/**
 * The frequency of a frame that is one even sine wave, in Hz. Each sample of one is `2·cos(w)` times the last less the one before:
 * the best `cos(w)` is found by least squares, and what is left over tells whether it is one.
 */
function toneIn(frame: Int16Array, rate: number): number | undefined {
  let [product, power, all] = [0, 0, 0];
  for (let at = 1; at < frame.length - 1; at++) {
    const [before = 0, here = 0, after = 0] = [frame[at - 1], frame[at], frame[at + 1]];
    product += here * (before + after);
    power += here * here;
    all += (before + after) * (before + after);
  }
  if (power / frame.length < LEAST_POWER) return undefined;
  const cosine = product / (2 * power);
  if (Math.abs(cosine) >= 1) return undefined;
  const frequencyHz = (Math.acos(cosine) * rate) / (2 * Math.PI);
  if (frequencyHz < FREQUENCIES_HZ.from || frequencyHz > FREQUENCIES_HZ.to) return undefined;
  const rest = all - 2 * product * 2 * cosine + 4 * cosine * cosine * power;
  return rest / power <= MOST_REST && isEven(frame) ? frequencyHz : undefined;
}

function isEven(frame: Int16Array): boolean {
  const quarter = Math.floor(frame.length / 4);
  const powers = [0, 1, 2, 3].map((at) => meanPower(frame, at * quarter, (at + 1) * quarter));
  return Math.max(...powers) <= MOST_SWELL * Math.min(...powers);
}
