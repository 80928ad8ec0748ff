import { EndpointError } from '../../errors.ts';
import { TURN_SAMPLE_RATE, type TurnText, type TurnTranscriber } from './transcriber.ts';

export interface FallbackParts {
  first: TurnTranscriber;
  /** Whether the first has ever transcribed anything: from then on its errors are its own. */
  hasWorked(): boolean;
  /** Makes the transcriber that takes over for the rest of the call. */
  second(): TurnTranscriber;
  /** Told once, when the second takes over. */
  onFallback(error: EndpointError): void;
}

/** Audio of the open turn that is kept for the second: as much as a realtime utterance keeps. */
const KEPT_SAMPLES = 60 * TURN_SAMPLE_RATE;

/**
 * Transcribes by the first of two ways until that fails without ever having worked, as a server does that has no
 * realtime transcription; from then on by the second. The turn in which it shows is not lost: its audio is kept.
 */
export class FallbackTranscriber implements TurnTranscriber {
  readonly #parts: FallbackParts;
  #current: TurnTranscriber;
  /** `undefined` once it is settled which of the two serves this call. */
  #kept: Int16Array[] | undefined = [];
  #keptSamples = 0;

  constructor(parts: FallbackParts) {
    this.#parts = parts;
    this.#current = parts.first;
  }

  push(samples: Int16Array): void {
    this.#current.push(samples);
    if (this.#kept === undefined || this.#keptSamples >= KEPT_SAMPLES) return;
    this.#kept.push(samples);
    this.#keptSamples += samples.length;
  }

  async transcribe(signal: AbortSignal): Promise<TurnText> {
    try {
      const text = await this.#current.transcribe(signal);
      if (this.#parts.hasWorked()) this.#kept = undefined;
      return text;
    } catch (error) {
      if (signal.aborted || !this.#takesOver(error)) throw error;
      return this.#current.transcribe(signal);
    }
  }

  peek(signal: AbortSignal): Promise<TurnText | undefined> {
    return this.#current.peek(signal);
  }

  reset(): void {
    this.#current.reset();
    this.#forgetAudio();
  }

  close(): void {
    this.#current.close();
  }

  #takesOver(error: unknown): boolean {
    const { first, second, hasWorked, onFallback } = this.#parts;
    if (this.#kept === undefined || hasWorked()) return false;
    if (!(error instanceof EndpointError) || error.failure === 'aborted') return false;
    first.close();
    this.#current = second();
    for (const samples of this.#kept) this.#current.push(samples);
    this.#kept = undefined;
    onFallback(error);
    return true;
  }

  #forgetAudio(): void {
    this.#keptSamples = 0;
    if (this.#kept !== undefined) this.#kept = [];
  }
}
