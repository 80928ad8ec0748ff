import type { Ending } from './ending.ts';
import type { NamedTimers } from './named-timers.ts';
import type { PreparedAnswer } from './prepared-answer.ts';
import type { TurnClock } from './turn-clock.ts';

export interface EndTimersParts {
  timers: NamedTimers;
  lastHeard: Pick<TurnClock, 'msToSilence'>;
  prepared: Pick<PreparedAnswer, 'isAwaited' | 'isReady' | 'ready'>;
  /** The answer is to be prepared. */
  prepare(): void;
  /** The turn is to end. */
  end(): void;
}

/** Waits through the silence after the last sound of a turn, until it ends unless the caller goes on. */
export class EndTimers {
  readonly #parts: EndTimersParts;
  /** The silence is long enough for a turn whose answer is ready. */
  #mayEnd = false;

  constructor(parts: EndTimersParts) {
    this.#parts = parts;
  }

  /** Replaces what was expected before; what is past by now is done at once. */
  expect({ prepareMs, readyMs, endMs }: Ending): void {
    const { prepared, prepare, end } = this.#parts;
    if (prepareMs === 0) prepare();
    else this.after('prepare', prepareMs, prepare);
    this.after('end', endMs, end);
    this.#mayEnd = false;
    this.after('ready', readyMs, () => {
      this.#mayEnd = true;
      if (!prepared.isAwaited) end();
    });
  }

  /** The beginning of the answer that was prepared can be heard as soon as it may. */
  answerReady(): void {
    const { prepared, end } = this.#parts;
    prepared.ready();
    if (prepared.isReady && this.#mayEnd) end();
  }

  /** Runs it after so much silence. */
  after(name: string, ms: number, run: () => void): void {
    const { timers, lastHeard } = this.#parts;
    timers.start(name, lastHeard.msToSilence(ms), run);
  }

  forget(): void {
    this.#mayEnd = false;
  }
}
