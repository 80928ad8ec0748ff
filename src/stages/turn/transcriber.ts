import { joined } from '../../openai/samples.ts';

/** What a turn's audio is at: mono, 16-bit. Silero's and Whisper's own rate. */
export const TURN_SAMPLE_RATE = 16_000;

/** Turns the audio of one turn after the other into text, asked for at every pause. */
export interface TurnTranscriber {
  /** Audio of the open turn as it comes: mono samples at 16 kHz. */
  push(samples: Int16Array): void;
  /**
   * Text of the turn so far; the empty string when nothing was said in it. A call replaces the one before it, whose
   * signal was aborted.
   *
   * @throws EndpointError
   */
  transcribe(signal: AbortSignal): Promise<TurnText>;
  /** The turn is over, its audio is forgotten. */
  reset(): void;
  close(): void;
}

export interface TurnText {
  text: string;
  /** As the server or the prompt says it. */
  language?: string | undefined;
}

/** One request of mono samples at 16 kHz; an empty text where nothing was said. */
export type WholeAudioTranscription = (samples: Int16Array, signal: AbortSignal) => Promise<TurnText>;

/** From this length on, what was transcribed at a pause is kept, and only the audio after it is sent again. */
const KEEP_FROM_SAMPLES = 8 * TURN_SAMPLE_RATE;
/** Speech this long without any pause is transcribed while it goes on. */
const ROLL_FROM_SAMPLES = 20 * TURN_SAMPLE_RATE;

/**
 * Sends the whole audio of the turn at each pause, so that the model sees full sentences; of a long turn only the
 * tail, since what lies before was transcribed at an earlier pause.
 */
export class WholeAudioTranscriber implements TurnTranscriber {
  readonly #transcribe: WholeAudioTranscription;
  #chunks: Int16Array[] = [];
  /** Text of the audio that is no longer sent. */
  #kept = '';
  #turn = new AbortController();
  #unsent = 0;

  constructor(transcribe: WholeAudioTranscription) {
    this.#transcribe = transcribe;
  }

  push(samples: Int16Array): void {
    this.#chunks.push(samples);
    this.#unsent += samples.length;
    if (this.#unsent < ROLL_FROM_SAMPLES) return;
    // A failure shows at the next pause, which sends the same audio again.
    this.transcribe(this.#turn.signal).catch(() => {});
  }

  async transcribe(signal: AbortSignal): Promise<TurnText> {
    const samples = joined(this.#chunks);
    this.#chunks = [samples];
    this.#unsent = 0;
    if (samples.length < KEEP_FROM_SAMPLES) return this.#whole(await this.#transcribe(samples, signal));
    // Worth its while even if the caller goes on: the next request is the shorter for it.
    const turn = this.#turn.signal;
    const answer = this.#transcribe(samples, turn).then((transcript) => {
      const text = this.#whole(transcript);
      if (!turn.aborted && this.#chunks[0] === samples) this.#keep(text.text);
      return text;
    });
    return orAborted(answer, signal);
  }

  reset(): void {
    this.#turn.abort();
    this.#turn = new AbortController();
    this.#chunks = [];
    this.#unsent = 0;
    this.#kept = '';
  }

  close(): void {
    this.reset();
  }

  #whole({ text, language }: TurnText): TurnText {
    return { text: `${this.#kept} ${text.trim()}`.trim(), language };
  }

  #keep(text: string): void {
    this.#kept = text;
    this.#chunks.shift();
  }
}

/** The answer, or the reason of the abort as soon as there is one; the work goes on. */
export function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
