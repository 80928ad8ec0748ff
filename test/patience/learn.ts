/** Enough of learning for a small model: logistic regression on hashed words, then one hidden layer; by Adam. */
import { randomFrom } from '../../src/bench/stats.ts';

export interface WordExample {
  buckets: readonly number[];
  isDone: boolean;
  weight: number;
}

export interface DenseExample {
  features: readonly number[];
  isDone: boolean;
  weight: number;
}

const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));

/** Keeps what Adam remembers of each parameter. */
class Adam {
  readonly values: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #rate: number;
  #steps = 0;

  constructor(values: ArrayLike<number>, rate: number) {
    this.values = Float64Array.from(values);
    this.#first = new Float64Array(values.length);
    this.#second = new Float64Array(values.length);
    this.#rate = rate;
  }

  step(gradient: Float64Array): void {
    this.#steps += 1;
    const [a, b] = [1 - 0.9 ** this.#steps, 1 - 0.999 ** this.#steps];
    for (let at = 0; at < gradient.length; at++) {
      const slope = gradient[at] ?? 0;
      const first = 0.9 * (this.#first[at] ?? 0) + 0.1 * slope;
      const second = 0.999 * (this.#second[at] ?? 0) + 0.001 * slope * slope;
      this.#first[at] = first;
      this.#second[at] = second;
      this.values[at] = (this.values[at] ?? 0) - (this.#rate * (first / a)) / (Math.sqrt(second / b) + 1e-8);
    }
  }
}

/** @param decay - how strongly weights are held near 0. */
export function learnWords(
  examples: readonly WordExample[],
  { buckets, rounds = 150, decay = 0.3 }: { buckets: number; rounds?: number; decay?: number },
): { words: number[]; bias: number } {
  const adam = new Adam(new Float64Array(buckets + 1), 0.05);
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  for (let round = 0; round < rounds; round++) {
    const gradient = adam.values.map((value, at) => (at === buckets ? 0 : (decay * value) / total));
    for (const { buckets: places, isDone, weight } of examples) {
      let score = adam.values[buckets] ?? 0;
      for (const place of places) score += adam.values[place] ?? 0;
      const error = (weight * (sigmoid(score) - Number(isDone))) / total;
      for (const place of places) gradient[place] = (gradient[place] ?? 0) + error;
      gradient[buckets] = (gradient[buckets] ?? 0) + error;
    }
    adam.step(gradient);
  }
  return { words: [...adam.values.subarray(0, buckets)], bias: adam.values[buckets] ?? 0 };
}

export interface Layers {
  hidden: number[][];
  hiddenBias: number[];
  out: number[];
  outBias: number;
}

/** @param decay - as above, each example counted once. */
export function learnLayers(
  examples: readonly DenseExample[],
  { units = 6, rounds = 300, decay = 8, seed = 1 } = {},
): Layers {
  const width = examples[0]?.features.length ?? 0;
  const size = units * (width + 2) + 1;
  const random = randomFrom(seed);
  const adam = new Adam(
    Float64Array.from({ length: size }, () => (random() - 0.5) * 0.4),
    0.01,
  );
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const [bias, out, outBias] = [units * width, units * (width + 1), size - 1];
  const inner = new Float64Array(units);
  for (let round = 0; round < rounds; round++) {
    const { values } = adam;
    const gradient = values.map((value, at) => (at < bias || at >= out ? (decay * value) / total : 0));
    for (const { features, isDone, weight } of examples) {
      let score = values[outBias] ?? 0;
      for (let unit = 0; unit < units; unit++) {
        let sum = values[bias + unit] ?? 0;
        for (let at = 0; at < width; at++) sum += (values[unit * width + at] ?? 0) * (features[at] ?? 0);
        inner[unit] = Math.tanh(sum);
        score += (values[out + unit] ?? 0) * (inner[unit] ?? 0);
      }
      const error = (weight * (sigmoid(score) - Number(isDone))) / total;
      gradient[outBias] = (gradient[outBias] ?? 0) + error;
      for (let unit = 0; unit < units; unit++) {
        const active = inner[unit] ?? 0;
        gradient[out + unit] = (gradient[out + unit] ?? 0) + error * active;
        const back = error * (values[out + unit] ?? 0) * (1 - active * active);
        gradient[bias + unit] = (gradient[bias + unit] ?? 0) + back;
        for (let at = 0; at < width; at++) {
          const place = unit * width + at;
          gradient[place] = (gradient[place] ?? 0) + back * (features[at] ?? 0);
        }
      }
    }
    adam.step(gradient);
  }
  const all = [...adam.values];
  return {
    hidden: Array.from({ length: units }, (_, unit) => all.slice(unit * width, (unit + 1) * width)),
    hiddenBias: all.slice(bias, out),
    out: all.slice(out, outBias),
    outBias: all[outBias] ?? 0,
  };
}
