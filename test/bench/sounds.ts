import { hum } from '../../src/bench/hum.ts';
import { joined as joinedSamples } from '../../src/openai/samples.ts';
import { joined, type Sound, silence } from '../../src/probe/wav.ts';

const RATE = 24_000;

/** A hum of some length and loudness. */
export function tone(durationMs: number, amplitude = 6000): Sound {
  const samples = Int16Array.from({ length: (RATE * durationMs) / 1000 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * 300 * i) / RATE)),
  );
  return { samples, sampleRate: RATE };
}

export const quiet = (durationMs: number): Sound => silence(durationMs, RATE);

export const together = (first: Sound, ...rest: Sound[]): Sound => joined(first, ...rest);

/** What the simulated voice makes of a text. */
export const spoken = (input: string): Sound => ({
  samples: joinedSamples([...hum({ input }, RATE)]),
  sampleRate: RATE,
});

export function part({ samples, sampleRate }: Sound, fromMs: number, toMs = Number.POSITIVE_INFINITY): Sound {
  const at = (ms: number) => Math.round((ms * sampleRate) / 1000);
  return { samples: samples.slice(at(fromMs), Number.isFinite(toMs) ? at(toMs) : undefined), sampleRate };
}
