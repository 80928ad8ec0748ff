import { EndpointError } from '../../errors.ts';
import type { Clock } from '../../openai/clock.ts';
import { sooner } from '../../openai/sooner.ts';
import { TURN_SAMPLE_RATE, type TurnText, type TurnTranscriber } from './transcriber.ts';

/** How late a transcript is too late. */
export interface Lateness {
  clock: Clock;
  /** From when it is asked for; infinite: never. */
  afterMs(): number;
  /** Names the endpoint, and the time. */
  error(ms: number): EndpointError;
}

export interface FallbackParts {
  first: TurnTranscriber;
  /** Whether the first has ever transcribed anything: from then on its errors are its own. */
  hasWorked(): boolean;
  /** Makes the transcriber that takes over for the rest of the call. */
  second(): TurnTranscriber;
  /** Of the first, before it has worked. */
  late: Lateness;
  /** Told once, when the second takes over. */
  onFallback(error: EndpointError): void;
}

/** Audio of the open turn that is kept for the second: as much as a realtime utterance keeps. */
const KEPT_SAMPLES = 60 * TURN_SAMPLE_RATE;

/**
 * Transcribes by the first of two ways until that fails without ever having worked, as a server does that has no
 * realtime transcription, or does not answer while the second does; from then on by the second. The turn in which it shows
 * is not lost: its audio is kept.
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
    if (this.#kept === undefined) return this.#current.transcribe(signal);
    const { hasWorked, late } = this.#parts;
    const afterMs = late.afterMs();
    let second: TurnTranscriber | undefined;
    const start = (wanted: AbortSignal) => {
      second = this.#second();
      return second.transcribe(AbortSignal.any([signal, wanted]));
    };
    try {
      const first = this.#current.transcribe(signal);
      const { value, byOther } = await sooner(first, { clock: late.clock, afterMs, start });
      if (byOther && second && !hasWorked()) this.#takeOver(second, late.error(afterMs));
      else second?.close();
      if (hasWorked()) this.#kept = undefined;
      return value;
    } catch (error) {
      second?.close();
      if (signal.aborted || !this.#isUnfit(error)) throw error;
      this.#takeOver(this.#second(), error);
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

  #isUnfit(error: unknown): error is EndpointError {
    if (this.#kept === undefined || this.#parts.hasWorked()) return false;
    return error instanceof EndpointError && error.failure !== 'aborted';
  }

  /** With the audio of the open turn. */
  #second(): TurnTranscriber {
    const second = this.#parts.second();
    for (const samples of this.#kept ?? []) second.push(samples);
    return second;
  }

  #takeOver(second: TurnTranscriber, error: EndpointError): void {
    const { first, onFallback } = this.#parts;
    first.close();
    this.#current = second;
    this.#kept = undefined;
    onFallback(error);
  }

  #forgetAudio(): void {
    this.#keptSamples = 0;
    if (this.#kept !== undefined) this.#kept = [];
  }
}
