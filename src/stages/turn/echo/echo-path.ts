import { type Clock, systemClock } from '../../../openai/clock.ts';
import type { Echo } from '../roles.ts';
import { wordsOf } from '../words.ts';
import { audibleFrom, type Block, type Explained, explain } from './explain.ts';
import { type Bearing, follow } from './follow.ts';
import { BLOCK_MS, BLOCK_SAMPLES, LONGEST_LAG_MS, match, near, PLAYED_SAMPLES, powerOf } from './match.ts';
import { EchoSignal, PER_MS } from './signal.ts';

/** The most of an overlap that is compared. */
const LONGEST_MS = 4000;
/** Within a block sound is looked for so much earlier and later than the lag. */
const SLACK_MS = 2;
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
const ALIKE = { words: 0.55, sound: 0.62, sudden: 0.75 };
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
/** A caller does not repeat so many words in a row; of those in threes, so many are as the agent said them. */
const QUOTED_WORDS = 4;
const QUOTED = 0.6;
/** Likeness that is enough for words in a row, however much of the echo is torn. */
const ALIKE_QUOTED = 0.4;

/** A block of what was heard. */
interface Piece {
  startMs: number;
  samples: Float32Array;
  /** Mean power. */
  heard: number;
}

/** What is known of a caller's echo. */
interface Path {
  lagMs: number;
  likeness: number;
  /** Of its power, to what was played. */
  gain: number;
}

/**
 * Tells the agent's own voice in what the caller's microphone hears, by its sound: what was played 0 to 1500 ms before is
 * looked for in what is heard (correlation of the waveforms at 4 kHz, in blocks of 100 ms, each with a lag of its own, since
 * jitter buffers grow and shrink). What is louder than the echo and unlike it is the caller. An echo that was recognised
 * once is recognised from its beginning for the rest of the call.
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
    const path = this.#path;
    if (!path || !this.#mayBeHeard(JUST_NOW_MS + LONGEST_LAG_MS)) return false;
    const enough = enoughOf(path);
    const isIt = ({ likeness, unexplainedMs }: Explained) => likeness >= enough && unexplainedMs < WORD_MS;
    if (isIt(this.#near(JUST_NOW_MS, path))) return true;
    const moved = this.#anywhere(JUST_NOW_MS, path);
    if (!isIt(moved)) return false;
    path.lagMs = moved.lagMs;
    return true;
  }

  was(text: string, speechMs: number): boolean {
    const durationMs = Math.min(speechMs + BEFORE_MS, LONGEST_MS);
    if (!this.#mayBeHeard(durationMs + LONGEST_LAG_MS)) return false;
    const path = this.#path;
    const known = path && this.#anywhere(durationMs, path);
    const isKnown = path !== undefined && known !== undefined && known.likeness >= enoughOf(path);
    const found = isKnown ? known : this.#anywhere(durationMs, undefined);
    const enough = this.#contains(text) ? ALIKE.words : ALIKE.sound;
    const isAlike = isKnown || found.likeness >= (found.wasMissing ? ALIKE.sudden : enough);
    if (isAlike && found.unexplainedMs < WORD_MS) {
      this.#learn(found, isKnown);
      return true;
    }
    // A jitter buffer that ran empty has torn it: the agent's words, no louder than its echo, or many of them in a row.
    if (known?.unexplainedMs === 0 && text !== '' && this.#contains(text)) return true;
    return found.likeness >= ALIKE_QUOTED && !found.wasMissing && this.#quotes(text);
  }

  /** A torn echo teaches nothing, and no single one much about an echo that is known. */
  #learn({ lagMs, likeness, gain }: Path, isKnown: boolean): void {
    const path = this.#path;
    if (path && likeness < ALIKE.sound) return;
    this.#path =
      path && isKnown
        ? { lagMs, likeness: (likeness + path.likeness) / 2, gain: Math.sqrt(gain * path.gain) }
        : { lagMs, likeness, gain };
  }

  /** Whether something was played in the last so many milliseconds. */
  #mayBeHeard(sinceMs: number): boolean {
    return this.#played.endMs > this.#heard.endMs + this.#offsetMs - sinceMs;
  }

  /** Nearly all words of a text are among those that the agent said. */
  #contains(text: string): boolean {
    const said = new Set(wordsOf(this.#said));
    const words = wordsOf(text);
    return words.filter((word) => said.has(word)).length >= CONTAINED * words.length;
  }

  /** A text of several words that stand in a row in what the agent said. */
  #quotes(text: string): boolean {
    const words = wordsOf(text);
    if (words.length < QUOTED_WORDS) return false;
    const said = new Set(threes(wordsOf(this.#said)));
    const own = threes(words);
    return own.filter((three) => said.has(three)).length >= QUOTED * own.length;
  }

  /** What was heard until now, against what was played as long before as the last echo. */
  #near(durationMs: number, path: Path): Explained {
    const first = EARLIER_MS / BLOCK_MS;
    const pieces = this.#pieces(first + Math.ceil(durationMs / BLOCK_MS));
    const blocks = pieces.map((piece, at) => this.#blockAt(piece, path.lagMs, at < first ? 0 : SLACK_MS));
    return explain(blocks, first, path);
  }

  /** What was heard until now, against all that was played before. */
  #anywhere(durationMs: number, known: Path | undefined): Explained & Path {
    const first = EARLIER_MS / BLOCK_MS;
    const pieces = this.#pieces(first + Math.ceil(durationMs / BLOCK_MS));
    const audible = audibleFrom(pieces.map(({ heard }) => heard));
    // Whether a known echo was missing before does not matter.
    const from = known ? first : 0;
    const matches = pieces.slice(from).map(({ startMs, samples, heard }) => {
      if (heard <= audible) return undefined;
      return { heard, match: match(samples, this.#playedUntil(startMs + BLOCK_MS, PLAYED_SAMPLES)) };
    });
    const followed = (bearing: Bearing) => {
      const lags = follow(matches, bearing);
      const blocks = pieces.map((piece, at) => this.#blockAt(piece, lags[Math.max(0, at - from)] ?? 0));
      return { ...explain(blocks, first, known), lagMs: lags.at(-1) ?? 0 };
    };
    return followed(known ?? { gain: followed({}).gain });
  }

  #pieces(count: number): Piece[] {
    const fromMs = this.#heard.endMs - count * BLOCK_MS;
    return Array.from({ length: count }, (_, at) => {
      const startMs = fromMs + at * BLOCK_MS;
      const samples = this.#heard.read(startMs, BLOCK_SAMPLES);
      return { startMs, samples, heard: powerOf(samples) };
    });
  }

  #blockAt({ startMs, samples, heard }: Piece, lagMs: number, slackMs = SLACK_MS): Block {
    const endMs = startMs + BLOCK_MS - lagMs + slackMs;
    return { ...near(samples, this.#playedUntil(endMs, BLOCK_SAMPLES + 2 * slackMs * PER_MS)), heard };
  }

  /** @param endMs - by the time of what was heard. */
  #playedUntil(endMs: number, length: number): Float32Array {
    return this.#played.read(endMs + this.#offsetMs - length / PER_MS, length);
  }
}

/** The likeness from which on sound is this caller's echo. */
const enoughOf = ({ likeness }: Path): number => Math.max(ALIKE_KNOWN, LIKE_ALWAYS * likeness);

/** Each three words in a row. */
const threes = (words: readonly string[]): string[] =>
  words.slice(2).map((word, at) => `${words[at]} ${words[at + 1]} ${word}`);
