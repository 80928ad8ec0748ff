import type { Realtime } from '../../openai/realtime.ts';
import { joined } from '../../openai/samples.ts';
import { sooner } from '../../openai/sooner.ts';
import type { Transcript } from '../../openai/transcription.ts';
import type { Lateness } from './fallback-transcriber.ts';
import {
  orAborted,
  TURN_SAMPLE_RATE,
  type TurnText,
  type TurnTranscriber,
  type WholeAudioTranscription,
} from './transcriber.ts';

export interface RealtimeTranscriberParts {
  /** Its `append` takes mono samples at 16 kHz. */
  realtime: Realtime;
  /** What of a piece was said; `samples` is its audio. */
  filter(transcript: Transcript, samples: Int16Array): TurnText;
  /** The same audio by another route: for a piece that was lost, and for `peek`. */
  whole: WholeAudioTranscription;
  /** Of a piece: it is had from `whole` then, if that is sooner. */
  late: Lateness;
  /** A piece could not be had. */
  onError(error: unknown): void;
  /** A piece was lost, and had from `whole`. */
  onRescued(error: unknown): void;
}

/** What came of a piece. */
type Outcome = { text: TurnText } | { error: unknown };

/** Longest piece of which the audio is kept for `filter` and `whole`. */
const KEPT_SAMPLES = 30 * TURN_SAMPLE_RATE;

/**
 * Sends audio while it is spoken; each pause ends a piece. Pieces stay: a caller who goes on adds the next one, and
 * the text of the turn is all of them. One that is lost is transcribed as a whole; where that fails too, the text is that
 * of the others.
 */
export class RealtimeTranscriber implements TurnTranscriber {
  readonly #parts: RealtimeTranscriberParts;
  #pieces: Promise<Outcome>[] = [];
  #samples: Int16Array[] = [];
  #kept = 0;
  #turn = new AbortController();
  #canPeek = true;

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
    this.#pieces.push(this.#endPiece());
    const outcomes = await orAborted(Promise.all(this.#pieces), signal);
    const pieces = outcomes.flatMap((outcome) => ('text' in outcome ? [outcome.text] : []));
    const text = pieces.map((piece) => piece.text).filter(Boolean);
    for (const outcome of outcomes) if ('error' in outcome && text.length === 0) throw outcome.error;
    return { text: text.join(' '), language: pieces.findLast(({ language }) => language)?.language };
  }

  /** By the other route: a server ends its utterance with each commit. Once it fails, there is none. */
  async peek(signal: AbortSignal): Promise<TurnText | undefined> {
    if (!this.#canPeek) return undefined;
    const either = AbortSignal.any([signal, this.#turn.signal]);
    try {
      return await this.#parts.whole(joined(this.#samples), either);
    } catch (error) {
      if (!either.aborted) this.#canPeek = false;
      throw error;
    }
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

  async #endPiece(): Promise<Outcome> {
    const { realtime, filter, whole, late, onRescued } = this.#parts;
    const isKept = this.#kept < KEPT_SAMPLES;
    const samples = joined(this.#samples);
    this.#forgetAudio();
    const { signal } = this.#turn;
    const cancel = new AbortController();
    const commit = realtime.commit(AbortSignal.any([signal, cancel.signal]));
    // What has never answered is `FallbackTranscriber`'s to give up.
    const afterMs = realtime.hasAnswered && isKept ? late.afterMs() : Number.POSITIVE_INFINITY;
    const start = (wanted: AbortSignal) => whole(samples, AbortSignal.any([signal, wanted]));
    try {
      const first = commit.then((transcript) => filter(transcript, samples));
      const { value, byOther } = await sooner(first, { clock: late.clock, afterMs, start });
      if (byOther) {
        cancel.abort();
        onRescued(late.error(afterMs));
      }
      return { text: value };
    } catch (error) {
      return this.#rescued(samples, error, signal);
    }
  }

  /** Not while it is open whether this server does realtime at all: that is `FallbackTranscriber`'s to settle. */
  async #rescued(samples: Int16Array, error: unknown, signal: AbortSignal): Promise<Outcome> {
    const { realtime, whole, onError, onRescued } = this.#parts;
    try {
      if (signal.aborted || !realtime.hasAnswered) throw error;
      const text = await whole(samples, signal);
      onRescued(error);
      return { text };
    } catch {
      if (!signal.aborted) onError(error);
      return { error };
    }
  }

  #forgetAudio(): void {
    this.#samples = [];
    this.#kept = 0;
  }
}
