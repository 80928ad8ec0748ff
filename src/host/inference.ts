import type { inference } from '@livekit/agents';
import { AppError, messageOf } from '../errors.ts';

/** Runs the framework's on-device models. */
export type InferenceExecutor = NonNullable<inference.TurnDetectorOptions['executor']>;

/** The method under which the framework asks for its turn model (`inference/eot/runner.js` of agents 1.9.0). */
const TURN_MODEL = 'lk_eot_audio';

/**
 * Runs the turn model in this process, once for all of its calls, on libuv's threads (about 10 ms a question); the
 * framework starts a process of its own for it. Takes about 110 MB.
 *
 * @throws AppError when the model cannot be loaded.
 */
export async function loadTurnModel(): Promise<InferenceExecutor> {
  const { initEot, predict } = await loadLocalInference();
  initEot();
  return {
    async doInference(method, data) {
      if (method !== TURN_MODEL) throw new AppError(`no model answers «${method}» here`);
      const startedAt = performance.now();
      const probability = await predict(samplesOf((data as { pcm: string }).pcm));
      return { probability, inferenceDurationMs: performance.now() - startedAt };
    },
  };
}

async function loadLocalInference() {
  try {
    return (await import('@livekit/local-inference')).default;
  } catch (cause) {
    const [reason] = messageOf(cause).split('\n', 1); // Node adds its require stack
    throw new AppError(`TURN_DETECTION=model cannot be loaded: ${reason}`, {
      hint: 'Install with optional dependencies (no --omit=optional) on a glibc system (not Alpine): the model is in @livekit/local-inference-<platform>. Or set TURN_DETECTION=words.',
      cause,
    });
  }
}

/** @param pcm - mono 16-bit samples at 16 kHz, base64. */
function samplesOf(pcm: string): Int16Array {
  const bytes = Buffer.from(pcm, 'base64');
  return new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 2));
}
