import type { TurnTimesMs } from '../observe/call-events.ts';
import type { TurnMark } from '../stages/hooks.ts';

/** Where the time of one answer went, in milliseconds. */
export type TurnParts = {
  /** Last sound of the caller → decision that the turn ended. Overlaps with the parts below. */
  endpointingMs?: number;
  /** Last sound of the caller → the answer begins to be played. The parts below add up to it. */
  totalMs?: number;
  /** Last sound → pause seen, audio sent. */
  pauseMs?: number;
  /** Audio sent → transcript. */
  sttMs?: number;
  /** Transcript → model asked: until the end of the turn, where nothing runs ahead of it. */
  holdMs?: number;
  /** Model asked → first token. */
  llmTtftMs?: number;
  /** First token → first clause, sent to the voice. */
  clauseMs?: number;
  /** First clause sent → first byte of audio. */
  ttsTtfbMs?: number;
  /** First byte → played: until the end of the turn, where the answer was ready before it. */
  readyMs?: number;
};

/** The parts that follow one another, in this order. */
const CHAIN = ['pauseMs', 'sttMs', 'holdMs', 'llmTtftMs', 'clauseMs', 'ttsTtfbMs', 'readyMs'] as const;

/** Collects when each step of a turn happened; the steps of a dropped attempt are replaced by those of the next. */
export class TurnRecord {
  readonly #now: () => number;
  #times: TurnTimesMs | undefined;
  #attempt: number | undefined;
  #marks: Partial<Record<TurnMark, number>> = {};
  #done: TurnParts | undefined;

  /** @param now - wall clock, milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @param attempt - the answer that it is a step of; those of one that was replaced do not count. */
  mark(mark: TurnMark, attempt: number): void {
    if (mark === 'asked') {
      this.#marks = {};
      this.#attempt = attempt;
    } else if (attempt !== this.#attempt) return;
    this.#marks[mark] ??= this.#now();
  }

  /** The caller's turn is over. */
  ended(times: TurnTimesMs): void {
    this.#times = times;
    this.#done = undefined;
  }

  /** The agent's voice begins. What is said unasked, such as a greeting, ends no turn. */
  heard(): void {
    if (!this.#times) return;
    this.#done = partsOf(this.#times, this.#marks, this.#now());
    this.#times = undefined;
  }

  /** The turn got no answer: what is said next belongs to no turn. */
  drop(): void {
    this.#times = undefined;
    this.#done = undefined;
  }

  /** The parts of the answer that has been said, once. */
  take(): TurnParts | undefined {
    const done = this.#done;
    this.#done = undefined;
    return done;
  }
}

function partsOf(
  { lastSoundAt, pauseSeenAt, transcribedAt, endedAt }: TurnTimesMs,
  marks: Partial<Record<TurnMark, number>>,
  heardAt: number,
): TurnParts {
  const parts: TurnParts = { totalMs: heardAt - lastSoundAt };
  if (endedAt !== undefined) parts.endpointingMs = endedAt - lastSoundAt;
  const ends = [
    pauseSeenAt,
    transcribedAt,
    marks.asked,
    marks['first-token'],
    marks['first-clause'],
    marks['first-byte'],
    heardAt,
  ];
  let from = lastSoundAt;
  for (const [i, name] of CHAIN.entries()) {
    const end = ends[i];
    // A step that was not seen is part of the one after it.
    if (end === undefined) continue;
    parts[name] = Math.max(0, end - from);
    from = Math.max(from, end);
  }
  return parts;
}
