import { cpus, loadavg } from 'node:os';
import type { LiveKitBinary } from '../dev/livekit-binary.ts';
import type { Utterance } from './corpus.ts';
import { BACKGROUND_NOTE } from './corpus.ts';
import type { BenchOptions } from './options.ts';
import { GAP_MS } from './sound-events.ts';
import { ANSWERED_AFTER_MS, LOST_AFTER_MS } from './turn.ts';
import { describeVoice } from './voices.ts';

/** The first line of every report: what it ran on. */
export const describeMachine = (): string =>
  `machine     ${cpus().length} cores, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}, Node ${process.versions.node}`;

/** Under which conditions a bench ran, for those who read its figures or run it again. */
export function describeConditions(
  options: BenchOptions,
  used: readonly Utterance[],
  { binary, transportMs, cacheDir }: { binary: LiveKitBinary; transportMs: number; cacheDir: string },
): string[] {
  const voices = [...new Set(used.map(({ voice }) => voice))].map(describeVoice);
  const { sttMs, sttFinalMs, llmTtftMs, llmTokensPerS, ttsTtfbMs, ttsRealtimeFactor } = options.speeds;
  const stt = options.sttMode === 'realtime' ? `final ${sttFinalMs} ms after commit` : `${sttMs} ms`;
  const settings = Object.entries(options.settings).map(([key, value]) => `${key}=${value}`);
  return [
    `${describeMachine()}, livekit-server ${binary.version} on loopback`,
    `worker      \`start\` from source by tsx, ${settings.length === 0 ? 'default configuration' : settings.join(' ')}, STT_MODE ${options.sttMode}`,
    options.realEndpoints
      ? 'endpoints   those of the environment'
      : `endpoints   simulated, a process of their own: STT ${stt}, LLM first token ${llmTtftMs} ms then ${llmTokensPerS} tokens/s, TTS first byte ${ttsTtfbMs} ms then ${ttsRealtimeFactor} × real time; the STT writes the words that are in the audio it was sent, ${options.marks ? 'whole sentences with capital letters and punctuation' : 'no punctuation'}, no hesitations; the TTS is sound from its first sample to its last`,
    `transport   ${Math.round(transportMs)} ms there and back, measured between two participants`,
    `callers     ${options.calls} calls, ${options.parallel} at a time, seed ${options.seed}; ${used.length} sentences by ${voices.join(', ')}; ${BACKGROUND_NOTE}; WAVs in ${cacheDir}`,
    `thresholds  sound: 10 ms above -45 dBFS, an onset 4 of 5 such; gap: ${GAP_MS} ms; answer over: ${ANSWERED_AFTER_MS} ms of silence; lost: none within ${LOST_AFTER_MS} ms`,
  ];
}
