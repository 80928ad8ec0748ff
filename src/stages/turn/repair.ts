import type { AgentFloor } from './roles.ts';
import type { TurnText } from './transcriber.ts';
import { isBackchannel, isStopWish } from './words.ts';

/** A caller who speaks again so soon after the agent's first sound had not finished. */
const GOES_ON_MS = 600;

/**
 * Callers who were cut off: their turn ended, and they speak again before the answer, or within 600 ms of its first sound as it
 * is sent, neither to listen nor to stop the agent. What they say then belongs to the turn that had ended.
 */
export class Repair {
  /** The last turn that was answered, on the clock of timers. */
  #last: { text: TurnText; endedAt: number } | undefined;
  #couldBe = false;
  #before: TurnText | undefined;

  /** A turn is over. @param text - all of it; `undefined` when nothing was said in it */
  turnEnded(text: TurnText | undefined, endedAt: number): void {
    this.#before = undefined;
    this.#couldBe = false;
    this.#last = text && { text, endedAt };
  }

  /** Somebody begins to speak over the agent. @param beganAt - when that speech began */
  overlapBegins(beganAt: number, now: number, agent: AgentFloor): void {
    const { voicedForMs = Number.POSITIVE_INFINITY } = agent;
    const voicedAt = now - voicedForMs;
    // What was heard before the turn ended was another answer.
    this.#couldBe =
      this.#last !== undefined && (voicedAt < this.#last.endedAt || beganAt - voicedAt <= GOES_ON_MS);
  }

  /** The sound over the agent was its own voice until now: a caller who is heard in it later answers what the agent says. */
  beganAsEcho(): void {
    this.#couldBe = false;
  }

  /**
   * Words of a speech over the agent are known, and are no listening noise.
   *
   * @returns the turn before, if they go on with it: then that is taken back, and these are a part of it.
   */
  goesOn(text: string): TurnText | undefined {
    const isOther = text === '' || isBackchannel(text) || isStopWish(text);
    if (!this.#couldBe || !this.#last || isOther) return undefined;
    this.#before = this.#last.text;
    this.#last = undefined;
    return this.#before;
  }

  /** The turn that is open goes on with one that had ended: once more that must not happen to its caller. */
  get isOpen(): boolean {
    return this.#before !== undefined;
  }

  /** All of the turn that is open. @param said - what was said in it since it goes on */
  whole(said: TurnText): TurnText {
    const before = this.#before;
    return before ? { ...before, ...said, text: `${before.text} ${said.text}`.trim() } : said;
  }
}
