import type { Clock } from '../../openai/clock.ts';
import { joined } from '../../openai/samples.ts';

/** A piece is sent again once; after the second failure it is lost. */
const MOST_FAILURES = 2;
const NONE = new Int16Array();

/** Audio of a turn (mono, 16 kHz) that is sent as one, and its text. */
export class Piece<Text> {
  readonly #parts: PieceParts<Text>;
  readonly #cancel = new AbortController();
  #samples: Int16Array;
  #text: Promise<Text> | undefined;
  #failures = 0;
  #isKept = false;
  #startedMs = 0;
  #answeredMs: number | undefined;

  constructor(samples: Int16Array, parts: PieceParts<Text>) {
    this.#samples = samples;
    this.#parts = parts;
  }

  /**
   * Sends it at the first call, and again at the first call after a failure.
   *
   * @throws what the request threw: each time once it is lost.
   */
  text(): Promise<Text> {
    this.#text ??= this.#send();
    return this.#text;
  }

  /** Its text is wanted although the turn goes on: the audio is needed no longer than for that. */
  keep(): void {
    this.#isKept = true;
    this.#forgetAudio();
  }

  cancel(): void {
    this.#cancel.abort();
  }

  get samples(): Int16Array {
    return this.#samples;
  }

  /** How long its request took, or has taken so far. */
  get tookMs(): number {
    return (this.#answeredMs ?? this.#parts.clock.now()) - this.#startedMs;
  }

  get isLost(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  async #send(): Promise<Text> {
    const { clock, signal, transcribe } = this.#parts;
    this.#startedMs = clock.now();
    this.#answeredMs = undefined;
    try {
      return await transcribe(this.#samples, AbortSignal.any([signal, this.#cancel.signal]));
    } catch (error) {
      this.#failures += 1;
      if (!this.isLost) this.#text = undefined;
      throw error;
    } finally {
      this.#answeredMs = clock.now();
      this.#forgetAudio();
    }
  }

  #forgetAudio(): void {
    const isAnswered = this.#answeredMs !== undefined && this.#text !== undefined;
    if (this.#isKept && isAnswered) this.#samples = NONE;
  }
}

export interface PieceParts<Text> {
  /** One request. */
  transcribe(samples: Int16Array, signal: AbortSignal): Promise<Text>;
  clock: Clock;
  /** The turn's end. */
  signal: AbortSignal;
}

/** The audio of a turn that belongs to no piece yet. */
export class Tail {
  #chunks: Int16Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(samples: Int16Array): void {
    this.#chunks.push(samples);
    this.#length += samples.length;
  }

  /** Puts back what came before. */
  unshift(samples: Int16Array): void {
    this.#chunks.unshift(samples);
    this.#length += samples.length;
  }

  /** Forgets what is older than about so many samples. */
  keepLast(length: number): void {
    while (this.#length - (this.#chunks[0]?.length ?? 0) >= length) {
      this.#length -= this.#chunks.shift()?.length ?? this.#length;
    }
  }

  /** All of it, which stays here too. */
  copy(): Int16Array {
    return joined(this.#chunks);
  }

  /** All of it, which is forgotten here. */
  take(): Int16Array {
    const samples = joined(this.#chunks);
    this.#chunks = [];
    this.#length = 0;
    return samples;
  }
}
