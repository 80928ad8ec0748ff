import type { Sound } from '../../src/probe/wav.ts';
import type { Phone } from './phone.ts';

/** A sine wave, 8 kHz, mono. */
export const sine = (seconds: number, hz: number): Sound => ({
  sampleRate: 8000,
  samples: Int16Array.from(
    { length: seconds * 8000 },
    (_, at) => 8000 * Math.sin((2 * Math.PI * hz * at) / 8000),
  ),
});

/** Milliseconds in which a phone heard this tone between two moments, in steps of 20 ms. */
export function heardMs(phone: Phone, hz: number, fromMs: number, toMs: number): number {
  const { samples, sampleRate } = phone.heard.between(fromMs, toMs);
  const size = sampleRate / 50;
  let steps = 0;
  for (let at = 0; at + size <= samples.length; at += size) {
    let [re, im, all] = [0, 0, 0];
    for (let i = 0; i < size; i++) {
      const sample = samples[at + i] ?? 0;
      re += sample * Math.cos((2 * Math.PI * hz * i) / sampleRate);
      im += sample * Math.sin((2 * Math.PI * hz * i) / sampleRate);
      all += sample * sample;
    }
    if (all / size > 500 ** 2 && (re * re + im * im) / (all * size) > 0.2) steps++;
  }
  return steps * 20;
}
