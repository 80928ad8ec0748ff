import { type APIConnectOptions, AsyncIterableQueue, tts } from '@livekit/agents';
import { signalOfReply } from '../framework/reply-signal.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import type { TurnMark } from './hooks.ts';
import { speakInOrder } from './speak-in-order.ts';
import { FrameWriter, OUTPUT_SAMPLE_RATE } from './speech-frames.ts';
import { type Chunk, Chunker } from './text/chunker.ts';
import { trimSilence } from './trim-silence.ts';

export interface AnswerStreamOptions {
  /** Speaks one text; mono samples at 24 kHz. */
  speak(text: string, signal: AbortSignal): AsyncIterable<Int16Array>;
  onError(error: unknown): void;
  /** The end of the answer could not be spoken. */
  onBroken?: (() => void) | undefined;
  /** Which answer it is (`attempt.ts`). */
  attempt: number;
  /** Told of each once. */
  onMark?: ((mark: TurnMark, attempt: number) => void) | undefined;
  firstWords: number;
  aheadMs: number;
  clock?: Clock | undefined;
}

/** When the model pauses so long, what can be said is said. */
const PAUSE_MS = 250;

/** A whole answer as it is written: cut into chunks, spoken in order, in frames of 20 to 200 ms at 24 kHz, mono. */
export class AnswerStream extends tts.SynthesizeStream {
  readonly label = 'voice-agent.AnswerStream';
  readonly #options: AnswerStreamOptions;
  readonly #clock: Clock;
  readonly #marked = new Set<TurnMark>();

  constructor(owner: tts.TTS, options: AnswerStreamOptions, connOptions?: APIConnectOptions) {
    super(owner, connOptions);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const reply = signalOfReply();
    reply?.addEventListener('abort', () => this.close(), { once: true });
    if (reply?.aborted) this.close();
  }

  /** Never throws: the framework would retry what was retried already, and count towards ending the call. */
  protected override async run(): Promise<void> {
    const { aheadMs, onError } = this.#options;
    const writer = new FrameWriter((audio) => this.queue.put(audio));
    const chunks = new AsyncIterableQueue<Chunk>();
    this.#cutInto(chunks).catch(onError);
    const speech = speakInOrder(chunks, {
      speak: (chunk, signal) => this.#speak(chunk, signal),
      sampleRate: OUTPUT_SAMPLE_RATE,
      aheadMs,
      clock: this.#clock,
      signal: this.abortSignal,
      onError,
      onBroken: () => this.#options.onBroken?.(),
    });
    for await (const samples of speech) {
      this.#mark('first-byte');
      writer.write(samples);
    }
    if (!this.abortSignal.aborted) writer.end();
  }

  async #cutInto(out: AsyncIterableQueue<Chunk>): Promise<void> {
    const chunker = new Chunker({ firstWords: this.#options.firstWords });
    const put = (chunks: Chunk[]) => {
      for (const chunk of chunks) out.put(chunk);
    };
    let stopTimer = () => {};
    try {
      for await (const written of this.input) {
        stopTimer();
        this.#mark('first-token');
        put(typeof written === 'string' ? chunker.push(written) : chunker.end());
        stopTimer = this.#clock.after(PAUSE_MS, () => put(chunker.release()));
      }
      put(chunker.end());
    } finally {
      stopTimer();
      out.close();
    }
  }

  #mark(mark: TurnMark): void {
    if (this.#marked.has(mark)) return;
    this.#marked.add(mark);
    this.#options.onMark?.(mark, this.#options.attempt);
  }

  #speak(chunk: Chunk, signal: AbortSignal): AsyncIterable<Int16Array> {
    this.markStarted();
    this.#mark('first-clause');
    return asHeard(this.#options.speak(chunk.text, signal), chunk);
  }
}

/**
 * What is passed on of a chunk's speech (mono, 24 kHz). The silence after it is at most what people leave after a
 * sentence, a clause, a word; voices leave more, espeak-ng 300 ms after anything.
 */
export function asHeard(
  speech: AsyncIterable<Int16Array>,
  { text, endsSentence }: Chunk,
): AsyncGenerator<Int16Array> {
  const withinSentenceMs = /\p{P}$/u.test(text) ? 180 : 40;
  return trimSilence(speech, {
    sampleRate: OUTPUT_SAMPLE_RATE,
    tailMs: endsSentence ? 350 : withinSentenceMs,
  });
}
