import { type Clock, systemClock } from '../../../openai/clock.ts';
import type { Echo } from '../roles.ts';
import { wordsOf } from '../words.ts';
import { type Explained, explain, isAsSoft, isNoLouder } from './explain.ts';
import { BLOCK_MS, BLOCK_SAMPLES, type Block, bestLag, blocksAt } from './match.ts';
import { EchoSignal, PER_MS } from './signal.ts';

/** From the moment a sound is handed to WebRTC: the way there, a jitter buffer, a loudspeaker, the way back. */
const LONGEST_LAG_MS = 1200;
/** A way that is known changes by so much: jitter buffers grow and shrink. */
const LAG_CHANGE_MS = 40;
/** Within an overlap sound is stretched by jitter buffers, or interrupted, by so much; and within what is heard just now. */
const SLACK_MS = { overlap: 40, justNow: 2 };
/** Likeness of the loudest part to what was played, all of it at one lag. */
const ALIKE_TOGETHER = 0.35;
/** The most of an overlap that is compared, and what is compared to find an unknown lag. */
const LONGEST_MS = 4000;
const SEARCHED_MS = 800;
/** Heard before the detector noticed it. */
const BEFORE_MS = 200;
/** For whether the caller's microphone carried the agent's voice before they spoke. */
const EARLIER_MS = 1500;
/** What is compared before the agent's voice is held. */
const JUST_NOW_MS = 300;
/** Frames of the agent's voice follow each other without a gap although their times are a little off. */
const JOIN_MS = 40;
/** Audio that is so late is not late: some is missing, the microphone was off. */
const MISSING_MS = 1000;
/** Two clocks differ by less. */
const DRIFT = 0.001;
/** Likeness from which on sound is echo: its words are the agent's, they are not, and it was not there before. */
const ALIKE = { words: 0.45, sound: 0.6, sudden: 0.75 };
/** The same at a lag that is known, where chance has little room. */
const ALIKE_KNOWN = 0.35;
/** Of the likeness that this caller's echo has. */
const LIKE_ALWAYS = 0.6;
/** A caller's shortest word. */
const WORD_MS = 200;
/** What the agent said of late: a minute and a half. */
const SAID_CHARACTERS = 1500;
/** Recognisers mishear a word of five in an echo. */
const CONTAINED = 0.8;
/** Nobody repeats so many words in a row by chance; of those in threes, so many are as the agent said them. */
const QUOTED_WORDS = 4;
const QUOTED = 0.6;

/** What is known of a caller's echo. */
interface Path {
  lagMs: number;
  likeness: number;
  /** Of its power, to what was played. */
  gain: number;
}

/**
 * Tells the agent's own voice in what the caller's microphone hears, by its sound: what was played 0 to 1200 ms before is
 * looked for in what is heard (correlation of the waveforms at 4 kHz, in blocks of 100 ms). What is louder than the echo
 * and unlike it is the caller. An echo that was recognised once is recognised from its beginning for the rest of the call.
 */
export class EchoPath implements Echo {
  readonly #played: EchoSignal;
  readonly #heard = new EchoSignal(16_000);
  readonly #clock: Clock;
  /** From the time of what was heard, counted by its samples, to the clock's. */
  #offsetMs = Number.NEGATIVE_INFINITY;
  #path: Path | undefined;
  #said = '';

  /** @param playedRate - of the agent's voice: 24,000 or another multiple of 4000. */
  constructor(playedRate: number, clock: Clock = systemClock) {
    this.#played = new EchoSignal(playedRate);
    this.#clock = clock;
  }

  /** The agent says this, or is about to. */
  says(text: string): void {
    this.#said = (this.#said + text).slice(-SAID_CHARACTERS);
  }

  /** A piece of the agent's voice is played in so many milliseconds: mono, 16-bit. */
  plays(samples: Int16Array, inMs: number): void {
    const startMs = this.#clock.now() + inMs;
    if (Math.abs(startMs - this.#played.endMs) > JOIN_MS) this.#played.moveTo(startMs);
    this.#played.append(samples);
  }

  /** What has not been played is not: the agent fell silent. */
  stops(): void {
    const now = this.#clock.now();
    if (this.#played.endMs > now) this.#played.moveTo(now);
  }

  hears(samples: Int16Array): void {
    const beforeMs = this.#heard.endMs;
    this.#heard.append(samples);
    // Audio comes late and in bursts when the event loop was busy, but never early.
    const offsetMs = this.#clock.now() - this.#heard.endMs;
    const latestMs = this.#offsetMs + DRIFT * (this.#heard.endMs - beforeMs);
    this.#offsetMs = offsetMs > this.#offsetMs + MISSING_MS ? offsetMs : Math.min(offsetMs, latestMs);
  }

  isHeard(): boolean {
    if (!this.#path || !this.#mayBeHeard(JUST_NOW_MS + this.#path.lagMs + LAG_CHANGE_MS)) return false;
    const found = this.#compare(JUST_NOW_MS, this.#path);
    const isIt = found !== undefined && found.unexplainedMs < WORD_MS && found.likeness >= this.#fewest();
    if (isIt) this.#path.lagMs = found.lagMs;
    return isIt;
  }

  was(text: string, speechMs: number): boolean {
    const durationMs = Math.min(speechMs + BEFORE_MS, LONGEST_MS);
    if (!this.#mayBeHeard(durationMs + LONGEST_LAG_MS)) return false;
    const known = this.#path && this.#compare(durationMs, this.#path);
    const isKnown = known !== undefined && known.likeness >= ALIKE_KNOWN;
    const found = isKnown ? known : this.#compare(durationMs, undefined);
    if (found && this.#isEcho(text, durationMs, { ...found, isKnown })) {
      this.#path = found;
      return true;
    }
    return this.#path !== undefined && this.#isRest(text, durationMs, this.#path);
  }

  #isEcho(text: string, durationMs: number, found: Explained & { isKnown: boolean }): boolean {
    const { likeness, unexplainedMs, wasMissing, isKnown } = found;
    // A jitter buffer that moves the echo meanwhile leaves a part of it unlike: many words in a row make up for that.
    const isMoved = likeness >= ALIKE.sound && unexplainedMs < durationMs / 2 && this.#quotes(text);
    if (unexplainedMs >= WORD_MS && !isMoved) return false;
    const enough = this.#contains(text) ? ALIKE.words : ALIKE.sound;
    return isKnown || likeness >= (wasMissing ? ALIKE.sudden : enough);
  }

  /** The agent's words, no louder than its echo is: a part of it that a jitter buffer has torn. */
  #isRest(text: string, durationMs: number, { lagMs, gain }: Path): boolean {
    if (text === '' || !this.#contains(text)) return false;
    const blocks = this.#blocks(EARLIER_MS + durationMs, lagMs);
    const first = EARLIER_MS / BLOCK_MS;
    return isNoLouder(blocks, first, gain) || (this.#quotes(text) && isAsSoft(blocks, first, gain));
  }

  /** A text of several words that stand in a row in what the agent said. */
  #quotes(text: string): boolean {
    const words = wordsOf(text);
    if (words.length < QUOTED_WORDS) return false;
    const said = new Set(threes(wordsOf(this.#said)));
    const own = threes(words);
    return own.filter((three) => said.has(three)).length >= QUOTED * own.length;
  }

  /** Whether something was played in the last so many milliseconds. */
  #mayBeHeard(sinceMs: number): boolean {
    return this.#played.endMs > this.#heard.endMs + this.#offsetMs - sinceMs;
  }

  #fewest(): number {
    return Math.max(ALIKE_KNOWN, LIKE_ALWAYS * (this.#path?.likeness ?? 1));
  }

  /** Nearly all words of a text are among those that the agent said. */
  #contains(text: string): boolean {
    const said = new Set(wordsOf(this.#said));
    const words = wordsOf(text);
    return words.filter((word) => said.has(word)).length >= CONTAINED * words.length;
  }

  /** What was heard until now, against what was played before; `undefined` when nothing was. */
  #compare(durationMs: number, known: Path | undefined): (Explained & Path) | undefined {
    const lagMs = this.#lag(durationMs, known?.lagMs);
    if (lagMs === undefined) return undefined;
    const blocks = this.#blocks(EARLIER_MS + durationMs, lagMs);
    return { ...explain(blocks, Math.round(EARLIER_MS / BLOCK_MS), known), lagMs };
  }

  #blocks(durationMs: number, lagMs: number): Block[] {
    const slackMs = durationMs > JUST_NOW_MS + EARLIER_MS ? SLACK_MS.overlap : SLACK_MS.justNow;
    const maxLag = Math.round((lagMs + slackMs) * PER_MS);
    const count = Math.ceil(durationMs / BLOCK_MS);
    const fromMs = this.#heard.endMs - count * BLOCK_MS;
    const heard = this.#heard.read(fromMs, count * BLOCK_SAMPLES);
    const played = this.#played.read(
      fromMs + this.#offsetMs - maxLag / PER_MS,
      maxLag + heard.length + slackMs * PER_MS,
    );
    return blocksAt(heard, played, { lag: Math.round(lagMs * PER_MS), slack: slackMs * PER_MS, maxLag });
  }

  /** How long before it was heard the sound was played that is most alike to the loudest part of what was heard. */
  #lag(durationMs: number, knownLagMs: number | undefined): number | undefined {
    const from = Math.round(Math.max(0, (knownLagMs ?? 0) - LAG_CHANGE_MS) * PER_MS);
    const to = Math.round((knownLagMs === undefined ? LONGEST_LAG_MS : knownLagMs + LAG_CHANGE_MS) * PER_MS);
    const count = Math.ceil(Math.min(durationMs, SEARCHED_MS) / BLOCK_MS);
    const startMs = this.#loudestMs(durationMs, count * BLOCK_MS);
    const heard = this.#heard.read(startMs, count * BLOCK_SAMPLES);
    const played = this.#played.read(startMs + this.#offsetMs - to / PER_MS, to + heard.length);
    const { lag, likeness } = bestLag(heard, played, { from, to, maxLag: to });
    return likeness > ALIKE_TOGETHER ? lag / PER_MS : undefined;
  }

  /** When the loudest part of what was heard began. */
  #loudestMs(durationMs: number, partMs: number): number {
    const count = Math.ceil(durationMs / BLOCK_MS);
    const part = partMs / BLOCK_MS;
    const fromMs = this.#heard.endMs - count * BLOCK_MS;
    const heard = this.#heard.read(fromMs, count * BLOCK_SAMPLES);
    let best = { power: -1, block: 0 };
    for (let block = 0; block + part <= count; block++) {
      let power = 0;
      const end = (block + part) * BLOCK_SAMPLES;
      for (let at = block * BLOCK_SAMPLES; at < end; at++) power += (heard[at] ?? 0) ** 2;
      if (power > best.power) best = { power, block };
    }
    return fromMs + best.block * BLOCK_MS;
  }
}

/** Each three words in a row. */
function threes(words: readonly string[]): string[] {
  return words.slice(2).map((word, at) => `${words[at]} ${words[at + 1]} ${word}`);
}
