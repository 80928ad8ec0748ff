import type { Subscriber } from '../observe/call-events.ts';
import { type Clock, systemClock } from '../openai/clock.ts';

export interface LimitOptions {
  maxCallMs: number;
  /** 0 never asks. */
  idleTimeoutMs: number;
  /** First silence: ask whether the caller is still there. */
  onIdle(): void;
  /** Second silence in a row, or the longest call reached. */
  onEnd(reason: 'idle' | 'max-duration'): void;
  clock?: Clock;
}

/** A person who speaks has stopped to listen by then. */
const TURNS_WITHOUT_PAUSE = 3;

/** Bounds a call in time: its whole length, and the silence in it. */
export class Limits {
  readonly #options: LimitOptions;
  readonly #clock: Clock;
  #asked = false;
  #hasBegun = false;
  #isQuiet = false;
  #isStopped = false;
  #stopIdle = () => {};
  #stopMax = () => {};

  constructor(options: LimitOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The caller can hear the agent: time counts from now on. A phone that rings is no silence. */
  begin(): void {
    if (this.#hasBegun || this.#isStopped) return;
    this.#hasBegun = true;
    this.#stopMax = this.#clock.after(this.#options.maxCallMs, () => this.#end('max-duration'));
    if (this.#isQuiet) this.quiet();
  }

  /** Both are silent from now on. */
  quiet(): void {
    const { idleTimeoutMs } = this.#options;
    this.#isQuiet = true;
    this.#stopIdle();
    if (!this.#hasBegun || this.#isStopped || idleTimeoutMs === 0) return;
    this.#stopIdle = this.#clock.after(idleTimeoutMs, () => this.#silent());
  }

  /** The agent thinks or speaks: no silence to count. */
  busy(): void {
    this.#isQuiet = false;
    this.#stopIdle();
  }

  /** The caller spoke or typed: they are there. */
  heard(): void {
    this.#asked = false;
    this.busy();
  }

  /**
   * So many of the longest turns in a row, without a pause to listen: a television or a recording sooner than a person,
   * and as good as silence.
   */
  talkedOn(turnsInARow: number): void {
    if (this.#isStopped || this.#options.idleTimeoutMs === 0 || turnsInARow < TURNS_WITHOUT_PAUSE) return;
    if (turnsInARow === TURNS_WITHOUT_PAUSE) this.#options.onIdle();
    else this.#end('idle');
  }

  /** For good: the good-bye's own beginning and end count no more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopIdle();
    this.#stopMax();
  }

  #silent(): void {
    if (this.#asked) this.#end('idle');
    else {
      this.#asked = true;
      this.#options.onIdle();
    }
  }

  #end(reason: 'idle' | 'max-duration'): void {
    this.stop();
    this.#options.onEnd(reason);
  }
}

/** Tells them what happens in a call: silence counts only while neither side speaks and no answer is under way. */
export function watchSilence(limits: Limits): Subscriber {
  let agentBusy = false;
  let callerBusy = false;
  let acts = false;
  let isHeld = false;
  const settle = () => (agentBusy || callerBusy || acts || isHeld ? limits.busy() : limits.quiet());
  const heard = () => {
    limits.heard();
    settle();
  };
  return (event) => {
    if (event.type === 'agent-busy') {
      agentBusy = event.isBusy;
      settle();
    } else if (event.type === 'action') {
      acts = event.state === 'begun';
      settle();
    } else if (event.type === 'hold') {
      isHeld = event.isHeld;
      heard();
    } else if (event.type === 'caller-speaks') {
      callerBusy = event.isSpeaking;
      if (callerBusy) limits.heard();
      settle();
    } else if (event.type === 'key-pressed' || (event.type === 'said' && event.role === 'user')) heard();
    // The silence so far was not theirs.
    else if (event.type === 'caller-changed') heard();
    else if (event.type === 'line-opened') limits.begin();
    else if (event.type === 'turn-cut') limits.talkedOn(event.inARow);
    else if (event.type === 'ending' || event.type === 'ended') limits.stop();
  };
}
