import type { CallEvent, Happening, PartsMs, Subscriber } from '../observe/call-events.ts';
import { TurnRecord } from './turn-record.ts';

type Said = Extract<CallEvent, { type: 'said' }>;

/**
 * Pairs each of the caller's messages with the answer to it, and tells where the time of that turn went: as our own stages
 * saw it, or else by the framework's coarser figures.
 *
 * An answer that was not heard is none: neither it nor what is said later answers that message.
 *
 * @param answered - turns before these, where the call goes on.
 */
export function measureTurns(
  emit: (turn: Happening) => void,
  wallNow?: () => number,
  answered = 0,
): Subscriber {
  const record = new TurnRecord(wallNow);
  const turns = new Turns(emit, () => record.take(), answered);
  return (event) => {
    if (event.type === 'mark') record.mark(event.mark, event.attempt);
    else if (event.type === 'turn-ended') record.ended(event.times);
    else if (event.type === 'turn-without-sound') record.drop();
    else if (event.type === 'agent-heard') {
      record.heard();
      turns.heard();
    } else if (event.type === 'said') turns.said(event);
  };
}

class Turns {
  readonly #emit: (turn: Happening) => void;
  readonly #measured: () => PartsMs | undefined;
  #count: number;
  #asked: Said | undefined;
  #wasHeard = false;

  constructor(emit: (turn: Happening) => void, measured: () => PartsMs | undefined, answered: number) {
    this.#count = answered;
    this.#emit = emit;
    this.#measured = measured;
  }

  heard(): void {
    this.#wasHeard = true;
  }

  said(message: Said): void {
    if (message.role === 'user') {
      this.#asked = message;
      this.#wasHeard = false;
    } else if (message.role === 'assistant') this.#answered(message);
  }

  #answered({ createdAtMs, measured, interrupted }: Said): void {
    const asked = this.#asked;
    // What began before the question, such as a greeting that it cut off, is no answer to it.
    if (!asked || createdAtMs < asked.createdAtMs) return;
    this.#asked = undefined;
    if (!this.#wasHeard) return;
    this.#count += 1;
    const parts = this.#measured() ?? { ...asked.measured, ...measured };
    this.#emit({ type: 'turn', turn: this.#count, parts, interrupted });
  }
}
