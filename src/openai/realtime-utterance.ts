import type { RealtimeConnection } from './realtime-connection.ts';
import { Resampler } from './resample.ts';
import type { Transcript } from './transcription.ts';
import { WholeFrames } from './whole-frames.ts';

const CHUNK_MS = 100;
/** So much audio is kept to be sent again on another connection: 2 MB at 16 kHz. */
const KEPT_CHUNKS = 600;

/** What became of a commit. */
export interface Outcome {
  resolve(transcript: Transcript): void;
  reject(error: unknown): void;
}

/**
 * The audio between two commits: cut into messages of 100 ms, sent as far as it is there, and kept, so that all of
 * it can be sent again on another connection.
 */
export class Utterance {
  /** Set by the commit; told at most once. */
  outcome: Outcome | undefined;
  committed = false;
  /** On this connection. */
  commitSent = false;
  /** The server's name for it. */
  item: string | undefined;
  /** Text so far. */
  partial = '';
  /** Connections that were lost since the commit. */
  losses = 0;
  /** When the commit was sent; `undefined` again once it has text. */
  sentMs: number | undefined;
  /** Waits for the next text. */
  stopDeadline = () => {};
  readonly #sampleRate: number;
  readonly #chunks: Int16Array[] = [];
  readonly #pushed: WholeFrames;
  #dropped = 0;
  #sent = 0;
  #samples = 0;
  #resampler: Resampler | undefined;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    const length = Math.round((sampleRate * CHUNK_MS) / 1000);
    this.#pushed = new WholeFrames(length, (chunk) => this.#keep(chunk));
  }

  get durationMs(): number {
    return (this.#samples / this.#sampleRate) * 1000;
  }

  /** The connection has some of its audio. */
  get begun(): boolean {
    return this.#resampler !== undefined;
  }

  /** `false` when audio that the connection has not seen is no longer here. */
  get whole(): boolean {
    return this.#sent >= this.#dropped;
  }

  push(samples: Int16Array): void {
    this.#samples += samples.length;
    this.#pushed.push(samples);
  }

  commit(outcome?: Outcome): void {
    this.outcome = outcome;
    this.committed = true;
    const rest = this.#pushed.takeRest();
    if (rest.length > 0) this.#keep(rest);
  }

  /** Sends what this connection does not have yet. Resolves to `true` when that was the commit. */
  sendTo({ dialect, send }: RealtimeConnection): boolean {
    const count = this.#dropped + this.#chunks.length;
    if (this.#sent < count && this.#resampler === undefined) {
      if (dialect.begin) send(dialect.begin);
      this.#resampler = new Resampler(this.#sampleRate, dialect.sampleRate);
    }
    const append = (samples: Int16Array = new Int16Array()) => {
      if (samples.length > 0) send(dialect.append(samples));
    };
    for (; this.#sent < count; this.#sent += 1) {
      append(this.#resampler?.push(this.#chunks[this.#sent - this.#dropped] ?? new Int16Array()));
    }
    if (!this.committed || this.commitSent) return false;
    append(this.#resampler?.flush());
    send(dialect.commit());
    this.commitSent = true;
    return true;
  }

  /** For another connection, which has seen nothing. */
  rewind(): void {
    this.stopDeadline();
    this.commitSent = false;
    this.item = undefined;
    this.partial = '';
    this.#sent = 0;
    this.#resampler = undefined;
  }

  #keep(chunk: Int16Array): void {
    this.#chunks.push(chunk);
    if (this.#chunks.length <= KEPT_CHUNKS) return;
    this.#chunks.shift();
    this.#dropped += 1;
  }
}
