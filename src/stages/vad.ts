import { inference, type VAD } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { Config } from '../config/schema.ts';
import { AppError, messageOf } from '../errors.ts';
import { withOwnAudio } from '../framework/vad-frames.ts';
import type { CallerVad } from './turn/detector.ts';
import { WINDOW_SAMPLES } from './turn/speech-meter.ts';
import { TURN_SAMPLE_RATE } from './turn/transcriber.ts';
import { Windows } from './turn/windows.ts';

/** Both detectors run Silero on windows of 512 samples at 16 kHz; they resample what they are given. */
const warmUpDeadlineMs = 5000;

/** What both detectors understand. Written out because their own defaults differ (silence 250 ms, 550 ms). */
const options = {
  /** Two windows: one loud window (a click, a keystroke) does not start a turn. */
  minSpeechDuration: 50,
  /** For a provider's own transcriber, whose turns the framework ends; ours reads each window (`turn/stream.ts`). Its turn model refuses less. */
  minSilenceDuration: 250,
  /** Audio kept from before the detection, or soft first consonants never reach the transcription. */
  prefixPaddingDuration: 500,
  /** Beyond it, speech without a pause is cut. Each stream allocates it at once: 1.9 MB at 16 kHz. */
  maxBufferedSpeech: 60_000,
  activationThreshold: 0.5,
};

/** Only the bundled detector can keep speech going at a lower probability than starts it; the plugin smooths instead. */
const bundledOptions = { ...options, deactivationThreshold: 0.35 };

type Provider = Config['turn']['vad'];

const detectors: Record<Provider, () => Promise<CallerVad>> = {
  bundled: async () => {
    const { default: native } = await import('@livekit/local-inference');
    const windows: CallerVad['windows'] = (hooks) => new Windows(native.createVad(), hooks);
    return Object.assign(new inference.VAD(bundledOptions), { windows });
  },
  silero: async () => {
    const silero = await import('@livekit/agents-plugin-silero');
    return silero.VAD.load({ ...options, sampleRate: TURN_SAMPLE_RATE, forceCPU: true });
  },
};

const hints: Record<Provider, string> = {
  bundled:
    'Install with optional dependencies (no --omit=optional) on a glibc system (not Alpine): the model is in @livekit/local-inference-<platform>. Or set VAD_PROVIDER=silero.',
  silero:
    'Set VAD_PROVIDER=bundled, or install @livekit/agents-plugin-silero and onnxruntime-node with its binary for this platform; small images leave them out.',
};

/**
 * The voice activity detector of a process, warm: its model is loaded and has judged one window. Each call opens its
 * streams on it; they take mono 16-bit PCM of any one rate. The plugin is imported only when chosen. The framework's
 * `initializeLogger` must have run.
 *
 * `bundled` is the default: next to `silero` it takes 7 ms of CPU per second of audio instead of 17, 4 MB instead of
 * 41, reports speech 40 ms earlier and its end at the same moment (README.md says how that was measured).
 *
 * @param create - how each detector comes to be; for tests.
 * @throws AppError when the detector cannot be loaded; the framework alone would go on, deaf.
 */
export async function loadVad(
  { vad: provider }: Pick<Config['turn'], 'vad'>,
  create: Partial<typeof detectors> = detectors,
): Promise<CallerVad> {
  try {
    const vad = await (create[provider] ?? detectors[provider])();
    await warmUp(vad);
    return withOwnAudio(vad);
  } catch (thrown) {
    const [reason] = messageOf(thrown).split('\n', 1); // Node adds its require stack
    throw new AppError(`VAD_PROVIDER=${provider} cannot be loaded: ${reason}`, {
      hint: hints[provider],
      cause: thrown,
    });
  }
}

/** Loads the model before the first call needs it, and proves that it answers: without one, the probability is 0. */
async function warmUp(vad: VAD): Promise<void> {
  const stream = vad.stream();
  const silence = new AudioFrame(new Int16Array(WINDOW_SAMPLES), TURN_SAMPLE_RATE, 1, WINDOW_SAMPLES);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${warmUpDeadlineMs} ms`)), warmUpDeadlineMs);
  });
  try {
    stream.pushFrame(silence);
    const { value } = await Promise.race([stream.next(), deadline]);
    if (!(value?.probability > 0)) throw new Error('its native library is missing');
  } finally {
    clearTimeout(timer);
    stream.close();
  }
}
