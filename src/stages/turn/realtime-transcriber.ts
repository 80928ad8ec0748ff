import type { Realtime } from '../../openai/realtime.ts';
import { joined } from '../../openai/samples.ts';
import type { Transcript } from '../../openai/transcription.ts';
import { orAborted, TURN_SAMPLE_RATE, type TurnText, type TurnTranscriber } from './transcriber.ts';

export interface RealtimeTranscriberParts {
  /** Its `append` takes mono samples at 16 kHz. */
  realtime: Realtime;
  /** What of a piece was said; `samples` is its audio. */
  filter(transcript: Transcript, samples: Int16Array): TurnText;
  /** A piece could not be had. */
  onError(error: unknown): void;
}

/** Longest piece of which the audio is kept for `filter`. */
const KEPT_SAMPLES = 30 * TURN_SAMPLE_RATE;

/**
 * Sends audio while it is spoken; each pause ends a piece. Pieces stay: a caller who goes on adds the next one, and
 * the text of the turn is all of them.
 */
export class RealtimeTranscriber implements TurnTranscriber {
  readonly #parts: RealtimeTranscriberParts;
  #pieces: Promise<TurnText>[] = [];
  #samples: Int16Array[] = [];
  #kept = 0;
  #turn = new AbortController();

  constructor(parts: RealtimeTranscriberParts) {
    this.#parts = parts;
  }

  push(samples: Int16Array): void {
    this.#parts.realtime.append(samples);
    if (this.#kept >= KEPT_SAMPLES) return;
    this.#kept += samples.length;
    this.#samples.push(samples);
  }

  async transcribe(signal: AbortSignal): Promise<TurnText> {
    const piece = this.#endPiece();
    // Its failure is thrown below, unless nobody waits any more.
    piece.catch(() => {});
    this.#pieces.push(piece);
    const pieces = await orAborted(Promise.all(this.#pieces), signal);
    const text = pieces.map((piece) => piece.text).filter(Boolean);
    return { text: text.join(' '), language: pieces.findLast(({ language }) => language)?.language };
  }

  reset(): void {
    this.#turn.abort();
    this.#turn = new AbortController();
    this.#pieces = [];
    this.#forgetAudio();
    this.#parts.realtime.clear();
  }

  close(): void {
    this.#turn.abort();
    this.#parts.realtime.close();
  }

  async #endPiece(): Promise<TurnText> {
    const { realtime, filter, onError } = this.#parts;
    const samples = joined(this.#samples);
    this.#forgetAudio();
    const { signal } = this.#turn;
    try {
      return filter(await realtime.commit(signal), samples);
    } catch (error) {
      if (!signal.aborted) onError(error);
      throw error;
    }
  }

  #forgetAudio(): void {
    this.#samples = [];
    this.#kept = 0;
  }
}
