import type { Ending } from './ending.ts';
import type { NamedTimers } from './named-timers.ts';
import type { PacketFlow } from './packet-flow.ts';
import type { PreparedAnswer } from './prepared-answer.ts';
import type { TurnClock } from './turn-clock.ts';

/**
 * Whether packets of the caller are missing is asked so long before the turn may end, and from then on so often: an answer is made of the
 * statistics of all that the call sends and receives, which takes more CPU time than the sound between two of them.
 */
const LOOK_AHEAD_MS = 100;
const LOOK_EVERY_MS = 50;

export interface EndTimersParts {
  timers: NamedTimers;
  lastHeard: Pick<TurnClock, 'msToSilence'>;
  prepared: Pick<PreparedAnswer, 'isAwaited' | 'isReady' | 'ready'>;
  flow?: Pick<PacketFlow, 'look'> | undefined;
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

  /** The turn ends after so much silence at the earliest: what must be known by then is asked before. */
  mayEndAfter(silenceMs: number): void {
    const { timers, flow } = this.#parts;
    if (!flow) return;
    const keepLooking = () => timers.every('packets', LOOK_EVERY_MS, () => void flow.look());
    this.after('packets', silenceMs - LOOK_AHEAD_MS, keepLooking);
  }

  /** Replaces what was expected before; what is past by now is done at once. */
  expect({ prepareMs, readyMs, endMs }: Ending): void {
    const { prepared, prepare, end } = this.#parts;
    this.mayEndAfter(readyMs);
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
