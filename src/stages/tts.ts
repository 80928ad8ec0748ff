import { type APIConnectOptions, AudioByteStream, tts } from '@livekit/agents';
import { TTS as DeepgramTts } from '@livekit/agents-plugin-deepgram';
import { AudioFrame, AudioResampler } from '@livekit/rtc-node';
import { modelNames } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import type { PcmChunk } from '../openai/pcm.ts';
import { speak } from '../openai/speech.ts';
import { asEndpointError, deepgramRoot, hostOf } from './endpoint.ts';
import { reportFirstByte, type StageHooks } from './hooks.ts';

/** What the room's audio track is fed with: mono, 24 kHz; other rates are converted here. */
export const OUTPUT_SAMPLE_RATE = 24_000;
/** 20 ms: one Opus packet, so that the first sound is not held for more. */
const FRAME_MS = 20;

/** The voice of one call: our own streaming client, or Deepgram's plugin. */
export function createTts(config: Config, personaVoice: string | undefined, hooks: StageHooks): tts.TTS {
  const model = modelNames(config).tts;
  if (config.tts.provider === 'deepgram') return deepgram(config, model, hooks);
  return new StreamingTts({ ...config.tts, model, voice: personaVoice ?? config.tts.voice }, hooks);
}

type SpeechOptions = Config['tts'] & { model: string };

/**
 * Speaks text through `/audio/speech`, passing audio on as its bytes arrive. Retries happen before the first
 * byte only, inside `openai/request`: half a sentence is never said twice.
 */
export class StreamingTts extends tts.TTS {
  readonly label = 'voice-agent.StreamingTts';
  readonly #options: SpeechOptions;
  readonly #hooks: StageHooks;

  constructor(options: SpeechOptions, hooks: StageHooks) {
    super(OUTPUT_SAMPLE_RATE, 1, { streaming: false });
    this.#options = options;
    this.#hooks = hooks;
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return hostOf(this.#options.baseUrl);
  }

  override synthesize(
    text: string,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): tts.ChunkedStream {
    const audio = (signal: AbortSignal) =>
      speak({
        baseUrl: this.#options.baseUrl ?? '',
        apiKey: this.#options.apiKey,
        model: this.model,
        voice: this.#options.voice,
        speed: this.#options.speed,
        text,
        format: this.#options.format,
        deadlines: this.#options,
        signal,
        onTiming: reportFirstByte(this.#hooks, 'tts'),
      });
    const onError = (error: unknown) => {
      const failure = asEndpointError(error, 'tts', this.#options.baseUrl);
      if (failure.failure !== 'aborted') this.#hooks.onError(failure);
    };
    return new SpeechStream({ text, tts: this, audio, onError, connOptions, abortSignal });
  }

  override stream(): tts.SynthesizeStream {
    throw new Error('StreamingTts takes one text at a time; the session splits answers into sentences');
  }
}

interface SpeechStreamOptions {
  text: string;
  tts: StreamingTts;
  audio(signal: AbortSignal): AsyncIterable<PcmChunk>;
  onError(error: unknown): void;
  connOptions: APIConnectOptions | undefined;
  abortSignal: AbortSignal | undefined;
}

class SpeechStream extends tts.ChunkedStream {
  readonly label = 'voice-agent.SpeechStream';
  readonly #audio: SpeechStreamOptions['audio'];
  readonly #onError: SpeechStreamOptions['onError'];

  constructor({ text, tts: owner, audio, onError, connOptions, abortSignal }: SpeechStreamOptions) {
    super(text, owner, connOptions, abortSignal);
    this.#audio = audio;
    this.#onError = onError;
  }

  /** Never throws: the framework would retry what was retried already, and count towards ending the call. */
  protected override async run(): Promise<void> {
    const framer = new AudioByteStream(OUTPUT_SAMPLE_RATE, 1, (OUTPUT_SAMPLE_RATE * FRAME_MS) / 1000);
    const requestId = crypto.randomUUID();
    let pending: AudioFrame | undefined;
    // One frame is held back so that the last one can be marked `final`.
    const emit = (frames: AudioFrame[], final = false) => {
      for (const frame of frames) {
        if (pending) this.queue.put({ requestId, segmentId: requestId, frame: pending, final: false });
        pending = frame;
      }
      if (final && pending) this.queue.put({ requestId, segmentId: requestId, frame: pending, final: true });
    };
    try {
      for await (const samples of atOutputRate(this.#audio(this.abortSignal))) {
        emit(framer.write(samples.slice().buffer));
      }
    } catch (error) {
      if (!this.abortSignal.aborted) this.#onError(error);
    }
    if (!this.abortSignal.aborted && !this.queue.closed) emit(framer.flush(), true);
  }
}

/** Mono samples at 24 kHz from chunks of any rate. */
async function* atOutputRate(chunks: AsyncIterable<PcmChunk>): AsyncGenerator<Int16Array> {
  let resampler: AudioResampler | undefined;
  let inputRate = OUTPUT_SAMPLE_RATE;
  try {
    for await (const { samples, sampleRate } of chunks) {
      if (sampleRate === OUTPUT_SAMPLE_RATE) {
        yield samples;
        continue;
      }
      if (sampleRate !== inputRate) {
        resampler?.close();
        resampler = undefined;
        inputRate = sampleRate;
      }
      resampler ??= new AudioResampler(sampleRate, OUTPUT_SAMPLE_RATE, 1);
      for (const frame of resampler.push(new AudioFrame(samples, sampleRate, 1, samples.length)))
        yield frame.data;
    }
    for (const frame of resampler?.flush() ?? []) yield frame.data;
  } finally {
    resampler?.close();
  }
}

function deepgram(
  { tts: { speed }, deepgram: { apiKey = '', baseUrl = '' } }: Config,
  model: string,
  hooks: StageHooks,
) {
  const root = deepgramRoot(baseUrl, 'http');
  const plugin = new DeepgramTts({ apiKey, baseUrl: root, model, ...(speed === undefined ? {} : { speed }) });
  plugin.on('error', ({ error }) => hooks.onError(asEndpointError(error, 'tts', baseUrl)));
  return plugin;
}
