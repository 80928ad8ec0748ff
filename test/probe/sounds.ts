import type { Sound } from '../../src/probe/wav.ts';

/** A sine of −10 dB. */
export function tone(frequencyHz: number, lengthMs: number, sampleRate: number): Sound {
  const samples = Int16Array.from({ length: (sampleRate * lengthMs) / 1000 }, (_, i) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * frequencyHz * i) / sampleRate)),
  );
  return { samples, sampleRate };
}

/** Noise that is the same on every run. */
export function noise(lengthMs: number, sampleRate: number, amplitude: number): Sound {
  let state = 12_345;
  const samples = Int16Array.from({ length: (sampleRate * lengthMs) / 1000 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.round((state / 1_073_741_824 - 1) * amplitude);
  });
  return { samples, sampleRate };
}

/** A part of a sound. */
export function cut({ samples, sampleRate }: Sound, fromMs: number, toMs: number): Sound {
  const at = (ms: number) => Math.round((ms * sampleRate) / 1000);
  return { samples: samples.slice(at(fromMs), at(toMs)), sampleRate };
}
