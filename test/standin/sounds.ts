/** A tone, silence before and after it; mono. */
export function beep(options: {
  toneMs: number;
  silenceMs?: number;
  sampleRate?: number;
  amplitude?: number;
}): Int16Array {
  const { toneMs, silenceMs = 0, sampleRate = 16_000, amplitude = 8000 } = options;
  const before = (silenceMs * sampleRate) / 1000;
  const tone = (toneMs * sampleRate) / 1000;
  return Int16Array.from({ length: before * 2 + tone }, (_, at) => {
    const inTone = at >= before && at < before + tone;
    return inTone ? Math.round(amplitude * Math.sin((2 * Math.PI * 440 * at) / sampleRate)) : 0;
  });
}
