import { type Clock, systemClock } from '../../openai/clock.ts';
import { quietest } from '../../openai/samples.ts';
import { Piece, Tail } from './piece.ts';

/** What a turn's audio is at: mono, 16-bit. Silero's and Whisper's own rate. */
export const TURN_SAMPLE_RATE = 16_000;

/** Turns the audio of one turn after the other into text, asked for at every pause. */
export interface TurnTranscriber {
  /** Audio of the open turn as it comes: mono samples at 16 kHz. */
  push(samples: Int16Array): void;
  /**
   * Text of the turn so far; the empty string when nothing was said in it. A call replaces the one before it, whose
   * signal was aborted because the caller went on.
   *
   * @throws EndpointError
   */
  transcribe(signal: AbortSignal): Promise<TurnText>;
  /**
   * Text of the last of the turn (20 s at most), while the caller goes on: asked for once, and nothing else comes of it;
   * `undefined` where that cannot be had.
   *
   * @throws EndpointError, and whatever the signal's reason is
   */
  peek(signal: AbortSignal): Promise<TurnText | undefined>;
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

/** From this length on, what was sent at a pause is a piece of its own, and only the audio after it is sent next. */
const KEEP_FROM_SAMPLES = 8 * TURN_SAMPLE_RATE;
/** The same, however short, when its request takes so long: to send it again would make a slow server slower. */
const KEEP_FROM_MS = 1000;
/** Longest piece: speech this long without a pause is transcribed while it goes on. Whisper hears 30 s at a time. */
const PIECE_SAMPLES = 20 * TURN_SAMPLE_RATE;
/** It ends where the last seconds of it are quietest. */
const CUT_WITHIN_SAMPLES = 4 * TURN_SAMPLE_RATE;
const CUT_WINDOW_SAMPLES = 0.1 * TURN_SAMPLE_RATE;
/** What is kept of the silence in which a text is awaited: speech may be in it that was not detected yet. */
const SILENCE_SAMPLES = 5 * TURN_SAMPLE_RATE;

/**
 * Sends the whole audio of the turn at each pause, so that the model sees full sentences; of a long turn only the tail.
 * Each sample belongs to one piece, and the text of a piece is that of one answer.
 */
export class WholeAudioTranscriber implements TurnTranscriber {
  readonly #transcribe: WholeAudioTranscription;
  readonly #clock: Clock;
  readonly #look: WholeAudioTranscription;
  #pieces: Piece<TurnText>[] = [];
  #tail = new Tail();
  /** What was sent at the pause that goes on now, if one does. */
  #asked: Piece<TurnText> | undefined;
  #turn = new AbortController();

  /** @param look - a request of which nothing is told, for `peek`. */
  constructor(
    transcribe: WholeAudioTranscription,
    clock: Clock = systemClock,
    look: WholeAudioTranscription = transcribe,
  ) {
    this.#transcribe = transcribe;
    this.#clock = clock;
    this.#look = look;
  }

  push(samples: Int16Array): void {
    if (this.#isLost) return;
    this.#tail.push(samples);
    if (this.#asked) this.#tail.keepLast(SILENCE_SAMPLES);
    else if (this.#tail.length >= PIECE_SAMPLES) this.#endPiece();
  }

  async transcribe(signal: AbortSignal): Promise<TurnText> {
    this.#goOn();
    const asked = this.#piece(this.#tail.take());
    this.#asked = asked;
    const goOn = () => {
      if (this.#asked === asked) this.#goOn();
    };
    signal.addEventListener('abort', goOn, { once: true });
    // Part of the turn cannot be had: the rest of it is not worth a request.
    const lost = this.#pieces.filter((piece) => piece.isLost);
    return orAborted(textOf(lost.length > 0 ? lost : [...this.#pieces, asked]), signal);
  }

  peek(signal: AbortSignal): Promise<TurnText> {
    return this.#look(this.#tail.copy(), AbortSignal.any([signal, this.#turn.signal]));
  }

  reset(): void {
    this.#turn.abort();
    this.#turn = new AbortController();
    this.#pieces = [];
    this.#asked = undefined;
    this.#tail.take();
  }

  close(): void {
    this.reset();
  }

  /** The caller goes on after a pause. */
  #goOn(): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#asked = undefined;
    if (asked.samples.length >= KEEP_FROM_SAMPLES || asked.tookMs >= KEEP_FROM_MS) this.#keep(asked);
    else {
      asked.cancel();
      this.#tail.unshift(asked.samples);
    }
  }

  #endPiece(): void {
    const samples = this.#tail.take();
    const cut = quietest(samples, CUT_WINDOW_SAMPLES, samples.length - CUT_WITHIN_SAMPLES);
    this.#tail.push(samples.slice(cut));
    this.#keep(this.#piece(samples.slice(0, cut)));
    // A failure shows when the text of the turn is asked for.
    textOf(this.#pieces).catch(() => {});
  }

  #keep(piece: Piece<TurnText>): void {
    piece.keep();
    this.#pieces.push(piece);
  }

  #piece(samples: Int16Array): Piece<TurnText> {
    return new Piece(samples, {
      transcribe: this.#transcribe,
      clock: this.#clock,
      signal: this.#turn.signal,
    });
  }

  get #isLost(): boolean {
    return this.#pieces.some((piece) => piece.isLost);
  }
}

async function textOf(pieces: readonly Piece<TurnText>[]): Promise<TurnText> {
  const all = await Promise.all(pieces.map((piece) => piece.text()));
  const said = all.map(({ text }) => text.trim()).filter(Boolean);
  return { text: said.join(' '), language: all.findLast(({ language }) => language)?.language };
}

/** The answer, or the reason of the abort as soon as there is one; the work goes on. */
export function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
