import { isObject } from './extra-body.ts';
import type { Dialect, ServerEvent } from './realtime-dialect.ts';

const SAMPLE_RATE = 16_000;
/** Results end so much before the sound that they are of, at most. */
const INEXACT_S = 0.05;

/**
 * Deepgram's WebSocket: sound is answered by `Results`, each of a stretch of it by `start` and `duration`; `Finalize` has the
 * server answer all that it has. That an answer is the last of an utterance follows from its stretch: `from_finalize` is
 * not promised, and does not come where all was answered already.
 */
export function deepgramDialect(tell: (event: ServerEvent) => void): Dialect {
  const toText = new Utterances();
  return {
    sampleRate: SAMPLE_RATE,
    append: (samples) => {
      toText.sentS += samples.length / SAMPLE_RATE;
      return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    },
    commit: () => {
      if (toText.end()) queueMicrotask(() => tell(toText.final()));
      return { type: 'Finalize' };
    },
    // It closes a connection on which nothing came for 10 s.
    keepAlive: { type: 'KeepAlive' },
    read(message) {
      if (message.type === 'Error') return { kind: 'error', item: undefined, said: JSON.stringify(message) };
      if (message.type !== 'Results' || message.is_final !== true) return undefined;
      const untilS = Number(message.start) + Number(message.duration);
      for (const final of toText.endedBefore(untilS)) tell(final);
      return toText.add(textIn(message.channel) ?? '', untilS, message.from_finalize === true);
    },
  };
}

/** The transcript of a channel of an answer. */
export function textIn(channel: unknown): string | undefined {
  const alternatives = isObject(channel) ? channel.alternatives : undefined;
  const best: unknown = Array.isArray(alternatives) ? alternatives[0] : undefined;
  const text = isObject(best) ? best.transcript : undefined;
  return typeof text === 'string' ? text.trim() : undefined;
}

/** The utterances of one connection, by seconds of its sound. */
class Utterances {
  sentS = 0;
  /** Of those that are not answered whole, oldest first. */
  readonly #endsS: number[] = [];
  #text: string[] = [];
  /** The end of the last one that was answered whole. */
  #doneS = 0;
  /** The end of what was answered. */
  #answeredS = 0;

  /** @returns whether all of it was answered already. */
  end(): boolean {
    this.#endsS.push(this.sentS);
    return this.#answeredS >= this.sentS - INEXACT_S;
  }

  /** The answers to utterances before one that is answered up to a moment. */
  *endedBefore(untilS: number): Generator<ServerEvent> {
    while (untilS >= (this.#endsS[1] ?? Number.POSITIVE_INFINITY) - INEXACT_S) yield this.final();
  }

  add(text: string, untilS: number, isFinalized: boolean): ServerEvent {
    if (text !== '') this.#text.push(text);
    this.#answeredS = Math.max(this.#answeredS, untilS);
    const [endS = Number.POSITIVE_INFINITY] = this.#endsS;
    const isLast = isFinalized && this.#endsS.length > 0 && untilS > this.#doneS + INEXACT_S;
    if (isLast || untilS >= endS - INEXACT_S) return this.final();
    return { kind: 'delta', item: undefined, text: text === '' ? '' : `${text} ` };
  }

  final(): ServerEvent {
    this.#doneS = this.#endsS.shift() ?? this.#doneS;
    const text = this.#text.join(' ');
    this.#text = [];
    return { kind: 'final', item: undefined, text };
  }
}
