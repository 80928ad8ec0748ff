import { AsyncIterableQueue } from '@livekit/agents';
import { BOUNDS } from '../bounds.ts';
import type { Clock } from '../openai/clock.ts';
import { restAfter } from './rest-after.ts';
import type { Chunk } from './text/chunker.ts';

export interface SpeakInOrderOptions {
  /** Starts one request; mono samples at `sampleRate`, with retries and deadlines of its own. */
  speak(chunk: Chunk, signal: AbortSignal): AsyncIterable<Int16Array>;
  sampleRate: number;
  /** No new request while so much audio lies ahead of what was played. */
  aheadMs: number;
  clock: Clock;
  signal: AbortSignal;
  /** Told of each chunk that failed; never of an abort. */
  onError(error: unknown): void;
  /** The end of it was lost: told after the last sample, never of an abort. */
  onBroken?(): void;
}

/** One streams while the next one waits for its first byte. */
const MOST_REQUESTS = 2;
/** After so many chunks in a row that failed before their first sample, the answer ends. */
const MOST_LOST = 2;

/**
 * The audio of all chunks in their order. The next request is sent while one still streams, so that no gap is heard
 * between them. All requests end at once when `signal` aborts, or the caller stops reading.
 *
 * A chunk that breaks off is gone on with once, from about the word that was heard last. One that fails all the same is left
 * out with the rest of its sentence, because half a sentence may say the opposite; the caller hears the next sentence rather
 * than silence. When two in a row fail, the answer ends.
 *
 * A server that speaks faster than is played is read on only while less than `BOUNDS.speechAheadMs` waits: of each
 * request by itself, and of all that was yielded. So at most three times that is held here and by the reader.
 */
export async function* speakInOrder(
  chunks: AsyncIterable<Chunk>,
  options: SpeakInOrderOptions,
): AsyncGenerator<Int16Array> {
  const speaker = new Speaker(options);
  speaker.startAll(chunks).catch(options.onError);
  let lost = 0;
  let isSkipping = false;
  let isBroken = false;
  try {
    for await (const speech of speaker.line) {
      if (isSkipping) {
        speech.cancel.abort();
        isSkipping = !speech.chunk.endsSentence;
        continue;
      }
      let isHeard = false;
      speech.isBegun = true;
      for await (const samples of speech.audio) {
        if (options.signal.aborted) return;
        isHeard = true;
        speaker.taken(speech, samples);
        yield samples;
        await speaker.played();
      }
      if (speech.failed) isSkipping = !speech.chunk.endsSentence;
      isBroken = speech.failed;
      lost = speech.failed && !isHeard ? lost + 1 : 0;
      if (lost === MOST_LOST) break;
    }
    if (isBroken && !options.signal.aborted) options.onBroken?.();
  } finally {
    speaker.stop();
  }
}

/** One chunk on its way. */
interface Speech {
  chunk: Chunk;
  audio: AsyncIterableQueue<Int16Array>;
  cancel: AbortController;
  failed: boolean;
  /** It is its turn to be heard. */
  isBegun: boolean;
  /** Audio that is still to come, as a guess. */
  owedMs: number;
  /** Audio that came and was not yielded. */
  heldMs: number;
  /** Audio that came. */
  cameMs: number;
  /** Lets the request go on that waits for room. */
  wake(): void;
}

/** At about 15 characters a second. */
const MS_PER_CHARACTER = 65;

class Speaker {
  readonly line = new AsyncIterableQueue<Speech>();
  readonly #options: SpeakInOrderOptions;
  readonly #stopped = new AbortController();
  readonly #signal: AbortSignal;
  readonly #running = new Set<Speech>();
  /** When all audio that came so far will have been played. */
  #playedAtMs = 0;
  /** When all audio that was yielded will have been played. */
  #yieldedUntilMs = 0;
  #wake = () => {};

  constructor(options: SpeakInOrderOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stopped.signal]);
    this.#signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Just before `samples` are yielded. */
  taken(speech: Speech, samples: Int16Array): void {
    const durationMs = this.#durationMs(samples);
    this.#yieldedUntilMs = Math.max(this.#yieldedUntilMs, this.#options.clock.now()) + durationMs;
    speech.heldMs -= durationMs;
    speech.wake();
  }

  /** Resolves when little enough of what was yielded waits to be played, and at an abort. */
  async played(): Promise<void> {
    const { clock } = this.#options;
    const tooMuchMs = this.#yieldedUntilMs - clock.now() - BOUNDS.speechAheadMs;
    if (tooMuchMs <= 0 || this.#signal.aborted) return;
    const signal = this.#signal;
    await new Promise<void>((resolve) => {
      const done = () => {
        stop();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const stop = clock.after(tooMuchMs, done);
      signal.addEventListener('abort', done);
    });
  }

  async startAll(chunks: AsyncIterable<Chunk>): Promise<void> {
    try {
      for await (const chunk of chunks) {
        await this.#roomForOne();
        if (this.#signal.aborted) break;
        this.#start(chunk);
      }
    } finally {
      this.line.close();
    }
  }

  #start(chunk: Chunk): void {
    const speech: Speech = {
      chunk,
      audio: new AsyncIterableQueue(),
      cancel: new AbortController(),
      failed: false,
      isBegun: false,
      owedMs: chunk.text.length * MS_PER_CHARACTER,
      heldMs: 0,
      cameMs: 0,
      wake() {},
    };
    this.line.put(speech);
    this.#running.add(speech);
    this.#stream(speech, chunk).finally(() => {
      speech.audio.close();
      this.#running.delete(speech);
      this.#wake();
    });
  }

  /** From its beginning where nothing of it was heard, else from about where it broke off. */
  async #goOn(speech: Speech): Promise<void> {
    if (!speech.isBegun) {
      this.#playedAtMs -= speech.cameMs;
      Object.assign(speech, { heldMs: 0, cameMs: 0, audio: new AsyncIterableQueue() });
    }
    const text = restAfter(speech.chunk.text, speech.cameMs);
    if (text !== '') await this.#stream(speech, { ...speech.chunk, text }, true);
  }

  async #stream(speech: Speech, chunk: Chunk, isAgain = false): Promise<void> {
    const { speak, clock, onError } = this.#options;
    const signal = AbortSignal.any([this.#signal, speech.cancel.signal]);
    signal.addEventListener('abort', () => speech.wake(), { once: true });
    try {
      for await (const samples of speak(chunk, signal)) {
        if (signal.aborted) break;
        const durationMs = this.#durationMs(samples);
        speech.owedMs = Math.max(0, speech.owedMs - durationMs);
        this.#playedAtMs = Math.max(this.#playedAtMs, clock.now()) + durationMs;
        speech.heldMs += durationMs;
        speech.cameMs += durationMs;
        speech.audio.put(samples);
        while (speech.heldMs > BOUNDS.speechAheadMs && !signal.aborted) {
          await new Promise<void>((resolve) => {
            speech.wake = resolve;
          });
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isAgain && speech.cameMs > 0) return this.#goOn(speech);
      speech.failed = true;
      onError(error);
    }
  }

  #durationMs(samples: Int16Array): number {
    return (samples.length / this.#options.sampleRate) * 1000;
  }

  async #roomForOne(): Promise<void> {
    const { clock, aheadMs } = this.#options;
    while (!this.#signal.aborted) {
      const owedMs = [...this.#running].reduce((sum, speech) => sum + speech.owedMs, 0);
      const leftMs = Math.max(0, this.#playedAtMs - clock.now());
      const tooMuchMs = leftMs + owedMs - aheadMs;
      const isFree = this.#running.size < MOST_REQUESTS;
      if (isFree && tooMuchMs <= 0) return;
      await new Promise<void>((resolve) => {
        const stopWaiting = isFree ? clock.after(tooMuchMs, resolve) : () => {};
        this.#wake = () => {
          stopWaiting();
          resolve();
        };
      });
    }
  }
}
