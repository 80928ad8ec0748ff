import { type APIConnectOptions, tts } from '@livekit/agents';
import { servedBy, serversOf } from '../config/models.ts';
import type { Providers } from '../config/providers/provider.ts';
import type { Config } from '../config/schema.ts';
import { merged } from '../openai/extra-body.ts';
import { type SpeakOptions, type SpeechServer, speak } from '../openai/speech.ts';
import type { Persona } from '../persona/persona.ts';
import { urlHost } from '../urls.ts';
import { AnswerStream, type AnswerStreamOptions } from './answer-stream.ts';
import { attemptNow } from './attempt.ts';
import { asEndpointError } from './endpoint.ts';
import { reporters, type StageHooks } from './hooks.ts';
import { atOutputRate, FrameWriter, OUTPUT_SAMPLE_RATE } from './speech-frames.ts';

/** The voice of one call: our own streaming client, or the provider's. */
export async function createTts(
  config: Config,
  persona: Pick<Persona, 'voice' | 'extraBody'>,
  hooks: StageHooks,
  providers?: Providers,
): Promise<tts.TTS> {
  const { plugin, baseUrl, own, model } = servedBy(config, 'tts', providers);
  if (!plugin) return createStreamingTts(config, persona, hooks);
  const voice = persona.voice ?? config.tts.voice;
  const speaker = await plugin.create({ own, model, voice, speed: config.tts.speed });
  speaker.on('error', ({ error }) => hooks.onError(asEndpointError(error, 'tts', baseUrl)));
  return speaker;
}

/** Our own client of an OpenAI-compatible endpoint; the prompt file's voice and fields win over the settings. */
export function createStreamingTts(
  config: Config,
  persona: Pick<Persona, 'voice' | 'extraBody'>,
  hooks: StageHooks,
): StreamingTts {
  const voice = persona.voice ?? config.tts.voice;
  const [first, ...others] = serversOf(config, 'tts').map((server) => {
    const extraBody = merged(server.extraBody ?? {}, persona.extraBody?.tts);
    return { ...server, extraBody, voice: server.voice ?? voice };
  });
  if (!first) throw new RangeError('no speech endpoint');
  return new StreamingTts({ ...config.tts, ...first, others }, hooks);
}

type SpeechOptions = Config['tts'] & SpeechServer & { others: readonly SpeechServer[] };

/**
 * Speaks text through `/audio/speech`, passing audio on as its bytes arrive: one text (`synthesize`), or an answer while
 * it is written (`stream`, which cuts it into chunks). Retries happen before the first byte only, inside
 * `openai/request`: half a sentence is never said twice.
 */
export class StreamingTts extends tts.TTS {
  readonly label = 'voice-agent.StreamingTts';
  readonly #options: SpeechOptions;
  readonly #hooks: StageHooks;

  constructor(options: SpeechOptions, hooks: StageHooks) {
    super(OUTPUT_SAMPLE_RATE, 1, { streaming: true });
    this.#options = options;
    this.#hooks = hooks;
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return urlHost(this.#options.baseUrl);
  }

  override synthesize(
    text: string,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): tts.ChunkedStream {
    const { others } = this.#options;
    const speak: TextSpeech['speak'] = (text, signal, onSpeaker) =>
      this.#speak(text, signal, { onServer: (server) => onSpeaker(others.indexOf(server) + 1) });
    const speech = { speak, onError: this.#onError };
    return new TextStream(this, text, speech, connOptions, abortSignal);
  }

  override stream(options?: { connOptions?: APIConnectOptions }): tts.SynthesizeStream {
    const { firstChunkWords: firstWords, aheadMs } = this.#options;
    const { onMark, onSpeechBroken } = this.#hooks;
    let avoid: SpeechServer | undefined;
    const attempt = attemptNow();
    const onBroken = (server: SpeechServer) => {
      avoid = server;
    };
    const speak: AnswerStreamOptions['speak'] = (text, signal) =>
      this.#speak(text, signal, { avoid, onBroken }, attempt);
    const answer = {
      speak,
      attempt,
      onError: this.#onError,
      onBroken: onSpeechBroken,
      onMark,
      firstWords,
      aheadMs,
    };
    return new AnswerStream(this, answer, options?.connOptions);
  }

  readonly #speak = (
    text: string,
    signal: AbortSignal,
    more: Pick<SpeakOptions, 'avoid' | 'onBroken' | 'onServer'> = {},
    attempt?: number,
  ): AsyncIterable<Int16Array> =>
    atOutputRate(
      speak({
        ...{ ...this.#options, ...more, text, signal, deadlines: this.#options },
        ...reporters(this.#hooks, 'tts', attempt),
      }),
    );

  readonly #onError = (error: unknown): void => {
    const failure = asEndpointError(error, 'tts', this.#options.baseUrl);
    if (failure.failure !== 'aborted') this.#hooks.onError(failure);
  };
}

/** Which endpoint of the list has spoken a text, from 0. */
export function speakerOf(stream: tts.ChunkedStream): number {
  return stream instanceof TextStream ? stream.speaker : 0;
}

interface TextSpeech {
  speak(text: string, signal: AbortSignal, onSpeaker: (index: number) => void): AsyncIterable<Int16Array>;
  onError(error: unknown): void;
}

class TextStream extends tts.ChunkedStream {
  readonly label = 'voice-agent.TextStream';
  speaker = 0;
  readonly #speech: TextSpeech;

  constructor(
    owner: tts.TTS,
    text: string,
    speech: TextSpeech,
    connOptions: APIConnectOptions | undefined,
    abortSignal: AbortSignal | undefined,
  ) {
    super(text, owner, connOptions, abortSignal);
    this.#speech = speech;
  }

  /** Never throws: the framework would retry what was retried already, and count towards ending the call. */
  protected override async run(): Promise<void> {
    const writer = new FrameWriter((audio) => this.queue.put(audio));
    let isWhole = true;
    try {
      const onSpeaker = (index: number) => {
        this.speaker = index;
      };
      const speech = this.#speech.speak(this.inputText, this.abortSignal, onSpeaker);
      for await (const samples of speech) writer.write(samples);
    } catch (error) {
      isWhole = false;
      if (!this.abortSignal.aborted) this.#speech.onError(error);
    }
    if (!this.abortSignal.aborted && !this.queue.closed) writer.end(isWhole);
  }
}
