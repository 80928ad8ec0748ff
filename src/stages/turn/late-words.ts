import type { Clock } from '../../openai/clock.ts';
import type { WordsState } from './roles.ts';
import type { TurnClock } from './turn-clock.ts';

/** Silence after which words that are not known are late. */
const LATE_MS = 800;
/** What is shorter is a cough sooner than a word. */
const SHORTEST_WORD_MS = 250;

type Tell = ((state: WordsState, lastSoundAtMs: number) => void) | undefined;

/** Tells of a turn whose words come late, and how that ended. */
export class LateWords {
  readonly #clock: Clock;
  readonly #tell: Tell;
  #toldOfMs: number | undefined;
  #stop = () => {};

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whether it was told that they are late, and they are not here: what is heard may be a filler of ours. */
  get areLate(): boolean {
    return this.#toldOfMs !== undefined;
  }

  /** They are asked for; their turn has been open for so long. */
  asked(lastHeard: Pick<TurnClock, 'msToSilence' | 'lastSoundAtMs'>, openMs: number): void {
    const { lastSoundAtMs } = lastHeard;
    const silenceMs = -lastHeard.msToSilence(0);
    this.#stop();
    if (openMs - silenceMs < SHORTEST_WORD_MS) return;
    this.#stop = this.#clock.after(Math.max(0, LATE_MS - silenceMs), () => {
      this.#toldOfMs = lastSoundAtMs;
      this.#tell?.('late', lastSoundAtMs);
    });
  }

  over(state: WordsState): void {
    this.#stop();
    const toldOfMs = this.#toldOfMs;
    this.#toldOfMs = undefined;
    if (toldOfMs !== undefined) this.#tell?.(state, toldOfMs);
  }
}
