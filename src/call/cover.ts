import type { Happening, Subscriber } from '../observe/call-events.ts';
import type { Clock } from '../openai/clock.ts';
import type { Persona } from '../persona/store.ts';
import type { CallerOutput } from './caller-output.ts';
import type { CoverVoice } from './cover-voice.ts';
import type { Phrases } from './phrases.ts';
import { TONE } from './tone.ts';

/** Silence after a filler or tone until the next: a tone then a filler, so that fillers are 6 s apart. */
const GAP_MS = 2800;
/** From the caller's last sound to the apology for an answer that has not come: it is heard within 8 s. */
const APOLOGY_AFTER_MS = 7000;
/** An apology whose sound is not kept is a tone after so long: sooner where the caller has waited long. */
const MADE_WITHIN_MS = { late: 900, early: 2500 };
/** A voice that is slow, not dead, says it after the tone. */
const MADE_AT_ALL_MS = 6000;
/** A caller who was on hold for longer is told that the agent is still there. */
const AWAY_MS = 10_000;
/** The agent or the caller speaks just now. */
const LOOK_AGAIN_MS = 300;

export interface CoverParts {
  voice: Pick<CoverVoice, 'play' | 'stop' | 'queuedMs'>;
  output: Pick<CallerOutput, 'isFree'>;
  phrases: Pick<Phrases, 'soundOf'>;
  persona: Pick<Persona, 'fillers' | 'apology' | 'here'>;
  /** From the caller's last sound; 0: no fillers. */
  fillerAfterMs: number;
  clock: Clock;
  emit(happening: Happening): void;
  /** The apology is over, and no answer came meanwhile. */
  onApologised(): void;
}

/**
 * What a caller hears while an answer does not come: fillers, a tone between two of them, at last the apology, once. None of
 * it needs the TTS: what is not kept is a tone.
 */
export class Cover {
  readonly #parts: CoverParts;
  /** One for each wait. */
  #wait: object | undefined;
  #isOpen = false;
  #isOver = false;
  #hasCovered = false;
  #isToneNext = false;
  #hasApologised = false;
  #isBack = false;
  #fillers = 0;
  #stopNext = () => {};
  #stopApology = () => {};

  constructor(parts: CoverParts) {
    this.#parts = parts;
  }

  /** The caller hears the agent. */
  opened(): void {
    this.#isOpen = true;
  }

  /**
   * The caller waits for an answer.
   *
   * @param forMs - since their last sound.
   * @param endedMs - since their turn was taken to be over; `undefined`: their words are not known.
   */
  awaited(forMs: number, endedMs: number | undefined): void {
    const { clock, fillerAfterMs, persona } = this.#parts;
    if (!this.#wait) {
      this.#wait = {};
      this.#hasCovered = false;
      this.#isToneNext = false;
      this.#hasApologised = false;
      this.#stopApology = clock.after(Math.max(0, APOLOGY_AFTER_MS - forMs), () => this.apologise());
    }
    if (this.#isBack) {
      this.#next(0);
      return;
    }
    if (this.#hasCovered || fillerAfterMs === 0 || persona.fillers.length === 0) return;
    // After a pause that was left for more words, the answer has some time of its own.
    const sinceEndMs = endedMs === undefined ? 0 : fillerAfterMs / 2 - endedMs;
    this.#next(Math.max(0, fillerAfterMs - forMs, sinceEndMs));
  }

  /** An answer is heard, or will not come. */
  over(): void {
    this.#wait = undefined;
    this.#stopNext();
    this.#stopApology();
  }

  heard(): void {
    this.#hasApologised = false;
  }

  /** They speak: nothing is said over them, and what they say is another turn, or more of the same. */
  callerSpeaks(): void {
    this.#parts.voice.stop();
    this.#hasApologised = false;
  }

  /** The caller was on hold. The first time that they wait from now on they are told that the agent is here. */
  back(): void {
    this.#isBack = true;
  }

  /** The call ends. */
  end(): void {
    this.#isOver = true;
    this.over();
  }

  /** There will be no answer, or it takes too long: once for each turn. */
  apologise(): void {
    if (this.#hasApologised || this.#isOver) return;
    this.#hasApologised = true;
    this.#stopNext();
    void this.#apologise(MADE_WITHIN_MS[this.#wait ? 'late' : 'early']);
  }

  async #apologise(withinMs: number): Promise<void> {
    const { persona, onApologised, clock, output, voice } = this.#parts;
    const isDue = () => this.#hasApologised && !this.#isOver;
    if (!output.isFree) {
      clock.after(LOOK_AGAIN_MS, () => {
        if (isDue()) void this.#apologise(withinMs);
      });
      return;
    }
    await this.#sayInTime(persona.apology, withinMs, isDue);
    if (isDue()) clock.after(voice.queuedMs, onApologised);
  }

  #next(ms: number): void {
    this.#stopNext();
    this.#stopNext = this.#parts.clock.after(ms, () => void this.#fill());
  }

  async #fill(): Promise<void> {
    const wait = this.#wait;
    const isAwaited = () => this.#wait === wait && this.#parts.output.isFree && !this.#hasApologised;
    if (!this.#isOpen || !isAwaited()) return this.#next(LOOK_AGAIN_MS);
    const { fillers } = this.#parts.persona;
    if (this.#isBack) return this.#sayHere(isAwaited);
    const text = this.#isToneNext ? undefined : fillers[this.#fillers++ % fillers.length];
    this.#isToneNext = text !== undefined;
    this.#hasCovered = true;
    const sound = text === undefined ? undefined : await this.#parts.phrases.soundOf(text, 0);
    if (isAwaited()) await this.#play(sound, { isApology: false, piiText: text });
    if (wait && this.#wait === wait && !this.#hasApologised) this.#next(GAP_MS + this.#parts.voice.queuedMs);
  }

  /** Nothing where there is no sound of it: a tone would not say it. */
  async #sayHere(mayStill: () => boolean): Promise<void> {
    this.#isBack = false;
    const { here } = this.#parts.persona;
    const sound = await this.#parts.phrases.soundOf(here, 0);
    if (sound && mayStill()) await this.#play(sound, { isApology: false, piiText: here });
    if (mayStill()) this.#next(GAP_MS + this.#parts.voice.queuedMs);
  }

  /** @param mayStill - whether it is to be said when its sound is there. */
  async #sayInTime(piiText: string, withinMs: number, mayStill: () => boolean): Promise<void> {
    const { phrases, clock } = this.#parts;
    const made = phrases.soundOf(piiText, MADE_AT_ALL_MS);
    let stop = () => {};
    const late = new Promise<'late'>((resolve) => {
      stop = clock.after(withinMs, () => resolve('late'));
    });
    const first = await Promise.race([made, late]);
    stop();
    const isLate = first === 'late';
    if (mayStill()) await this.#play(isLate ? undefined : first, { isApology: true, piiText });
    const words = isLate ? await made : undefined;
    if (words && mayStill()) await this.#play(words, { isApology: true, piiText, wasRead: true });
  }

  async #play(
    sound: Int16Array | undefined,
    what: Omit<Extract<Happening, { type: 'cover-begins' }>, 'type' | 'by'>,
  ): Promise<void> {
    const { voice, emit } = this.#parts;
    emit({ type: 'cover-begins', by: sound ? 'words' : 'tone', ...what });
    await voice.play(sound ?? TONE);
    emit({ type: 'cover-ends', inMs: voice.queuedMs });
  }
}

/** Tells it what happens in a call. */
export function watchWaiting(cover: Cover): Subscriber {
  return (event) => {
    const { type, atMs } = event;
    if (type === 'line-opened') cover.opened();
    else if (type === 'answer-awaited')
      cover.awaited(atMs - event.sinceMs, event.endedAtMs === undefined ? undefined : atMs - event.endedAtMs);
    else if (type === 'answer-wait-over') {
      cover.over();
      if (event.outcome === 'caller-speaks') cover.callerSpeaks();
    } else if (type === 'key-pressed' || (type === 'caller-speaks' && event.isSpeaking)) cover.callerSpeaks();
    else if (type === 'hold') {
      if (event.isCertain && !event.isHeld && event.forMs > AWAY_MS) cover.back();
    } else if (type === 'agent-heard') cover.heard();
    else if (type === 'ending' || type === 'ended') cover.end();
  };
}
