import { Background } from './background.ts';
import { NamedTimers } from './named-timers.ts';
import type { Repair } from './repair.ts';
import type { TurnTakerParts } from './taker-parts.ts';
import type { TurnText } from './transcriber.ts';
import { isBackchannel } from './words.ts';

/** Speech without a pause whose words are asked for while it goes on, and again so long after each answer. */
const FIRST_LOOK_MS = 700;
const NEXT_LOOK_MS = 1500;
/** A sound of this length in which no words were found so far is background. */
const LASTING_MS = 3000;
/** Sound that brought no words is taken for background so long. */
const BACKGROUND_MS = 10_000;

interface OverlapHooks {
  /** Words were found before a pause: the caller has a turn, and speaks on. */
  onTurn(): void;
  /** The sound goes on and on without words. */
  onBackground(): void;
}

/**
 * Speech over the agent until it is known what it means. It holds the agent's voice, for `bargeInHoldMs` at most: a person
 * who wants to speak has said words by then. Words are looked for at each pause (by `TurnTaker`), and while there is none
 * from time to time. What brings no words gives the voice back; words cut it off, also later. What is most likely
 * background does not hold it at all.
 */
export class Overlap {
  readonly #parts: TurnTakerParts;
  readonly #hooks: OverlapHooks;
  readonly #repair: Repair;
  readonly #background: Background;
  readonly #timers: NamedTimers;
  #look: AbortController | undefined;
  #nextLookAt = 0;
  #beganAt = 0;
  #echoAt = Number.NEGATIVE_INFINITY;
  #isHeld = false;
  /** The caller speaks over the agent, and it is not decided what that means. */
  isOpen = false;
  #interrupted: Promise<void> | undefined;

  constructor(parts: TurnTakerParts, repair: Repair, hooks: OverlapHooks) {
    this.#parts = parts;
    this.#repair = repair;
    this.#hooks = hooks;
    this.#background = new Background(BACKGROUND_MS, parts.clock);
    this.#timers = new NamedTimers(parts.clock);
  }

  /** @param speechMs - so long it has been going on. */
  begin(speechMs: number): void {
    const { actions, agent, clock, policy } = this.#parts;
    this.isOpen = true;
    this.#beganAt = clock.now();
    const ownMs = Math.min(speechMs, this.#beganAt - this.#echoAt);
    this.#repair.overlapBegins(this.#beganAt - ownMs, this.#beganAt, agent);
    const { isLikely } = this.#background;
    this.#nextLookAt = this.#beganAt + (isLikely ? NEXT_LOOK_MS : FIRST_LOOK_MS);
    if (isLikely) return;
    this.#isHeld = true;
    actions.hold();
    this.#timers.start('hold', policy.bargeInHoldMs, () => this.#giveBack());
  }

  /** Whether what is heard is known for the agent's own: a caller who is heard in the same sound later began after that. */
  isEcho(): boolean {
    const { echo, clock } = this.#parts;
    if (!echo?.isHeard()) return false;
    this.#echoAt = clock.now();
    return true;
  }

  /** The speech goes on. */
  goesOn(): void {
    const { clock, governor } = this.#parts;
    if (!this.isOpen || this.#look || clock.now() < this.#nextLookAt || !governor.allows('stt')) return;
    void this.#lookForWords();
  }

  /** The whole of it will be transcribed. */
  paused(): void {
    this.#stopLooking();
    this.#nextLookAt = this.#parts.clock.now() + FIRST_LOOK_MS;
  }

  /**
   * At a pause, with all that was said.
   *
   * @param wasEcho - it was the agent's own voice, whatever its words.
   * @returns whether it is a turn of the caller.
   */
  settle(text: string, wasEcho: boolean): boolean {
    const { agent } = this.#parts;
    if (agent.isBusy() && !this.#isTurn(text)) {
      if (text === '' && !wasEcho) this.#background.wordless();
      this.#release();
      return false;
    }
    this.#cutOff(text);
    return true;
  }

  /** It is over, whatever it was. */
  end(): void {
    this.#stopLooking();
    this.#timers.cancelAll();
    this.isOpen = false;
    this.#isHeld = false;
    this.#interrupted = undefined;
  }

  /** Until what was heard of the answer that was cut off is in the chat; told once. */
  takeInterrupted(): Promise<void> | undefined {
    const interrupted = this.#interrupted;
    this.#interrupted = undefined;
    return interrupted;
  }

  #isTurn(text: string): boolean {
    return text !== '' && (!isBackchannel(text) || this.#parts.agent.isEnding());
  }

  #cutOff(text: string): void {
    const { actions } = this.#parts;
    if (text !== '') this.#background.words();
    this.end();
    const before = this.#repair.goesOn(text);
    this.#interrupted = before ? actions.takeBack(before) : actions.interrupt();
    actions.speechStarted();
  }

  /** The bound is reached without words, or without an answer of the transcription. */
  #giveBack(): void {
    this.#background.lasting();
    this.#release();
    this.#parts.onHoldExpired?.();
  }

  #release(): void {
    this.#timers.cancelAll();
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#parts.actions.release();
  }

  async #lookForWords(): Promise<void> {
    const { transcriber, clock } = this.#parts;
    const look = new AbortController();
    this.#look = look;
    const text = await transcriber.peek(look.signal).catch(() => undefined);
    if (look.signal.aborted) return;
    this.#look = undefined;
    this.#nextLookAt = clock.now() + NEXT_LOOK_MS;
    if (text) this.#looked(text);
  }

  #looked({ text }: TurnText): void {
    const { echo, clock } = this.#parts;
    const lastedMs = clock.now() - this.#beganAt;
    if (echo?.was(text, lastedMs)) {
      this.#repair.beganAsEcho();
      return;
    }
    if (this.#isTurn(text)) {
      this.#cutOff(text);
      this.#hooks.onTurn();
    } else if (text === '' && !this.#isHeld && lastedMs >= LASTING_MS) {
      this.#background.lasting();
      this.#hooks.onBackground();
    }
  }

  #stopLooking(): void {
    this.#look?.abort();
    this.#look = undefined;
  }
}
