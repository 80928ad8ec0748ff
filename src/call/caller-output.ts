import { voice } from '@livekit/agents';
import type { AudioFrame, AudioSource } from '@livekit/rtc-node';
import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import { durationMs, fitting, lastOf, merged } from './frames.ts';
import { SOURCE_QUEUE_MS } from './voice-track.ts';

/** Audio kept here ahead of it. More would only make the framework believe that more was said. */
const OWN_QUEUE_MS = 600;

/** What the room's track is fed with; a test passes its own. */
export type Sink = Pick<AudioSource, 'captureFrame' | 'clearQueue' | 'queuedDuration' | 'waitForPlayout'>;

/** Is told what is played, and when. */
export interface Listener {
  /** A piece of the voice begins to be played in so many milliseconds. */
  plays(samples: Int16Array, inMs: number): void;
  /** What has not been played is not. */
  stops(): void;
}

/** Other sounds of ours in the same track (`cover-voice.ts`): the voice waits for the end of one, and never speaks over it. */
export interface Cover {
  readonly isPlaying: boolean;
  makeWay(): Promise<void>;
  stop(): void;
}

interface Segment {
  /** Handed to the sink, minus what came back. */
  pushedMs: number;
  hasStarted: boolean;
  /** No more of it will come. */
  isFlushed: boolean;
}

/**
 * The agent's voice in the room: mono 16-bit frames at 24 kHz. In place of the framework's output, whose pause throws
 * away what it has queued: here `hold` takes back what has not been played, and `release` goes on with that sample.
 */
export class CallerOutput extends voice.AudioOutput {
  readonly #sink: Sink;
  readonly #isHeard: Promise<unknown>;
  readonly #listener: Listener | undefined;
  readonly #cover: Cover | undefined;
  #waiting: AudioFrame[] = [];
  /** The last frames given to the sink, oldest first; some may not have been played. */
  #given: AudioFrame[] = [];
  #segment: Segment | undefined;
  #isHeld = false;
  #isClosed = false;
  #isPumping = false;
  /** The rest of the segment was cut off; the framework has not heard of it yet. */
  #isCut = false;
  #tellOfSound = () => {};
  /** Resolves when there is something to hear: a phone that rings is worth picking up. */
  readonly hasSound = new Promise<void>((resolve) => {
    this.#tellOfSound = resolve;
  });
  #wake = () => {};
  #woken: Promise<void> | undefined;

  /** @param isHeard - resolves when the caller listens: audio before that would be lost. */
  constructor(sink: Sink, isHeard: Promise<unknown>, listener?: Listener, cover?: Cover) {
    super(OUTPUT_SAMPLE_RATE, undefined, { pause: true });
    this.#sink = sink;
    this.#isHeard = isHeard;
    this.#listener = listener;
    this.#cover = cover;
  }

  /** Falls silent at once, mid-word. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#takeBack();
  }

  /** Goes on where `hold` stopped. */
  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /** Drops the rest of what is being said; what the framework still has of it is dropped as it comes. */
  cut(): void {
    this.#takeBack();
    this.#waiting = [];
    this.#isCut = this.#segment !== undefined;
    this.#isHeld = false;
    this.#wake();
  }

  /** What is left to say, if all of it is known. */
  get remainingMs(): number | undefined {
    if (!this.#segment?.isFlushed) return undefined;
    return durationMs(this.#waiting) + this.#sink.queuedDuration;
  }

  /** It says nothing, is about to say nothing, and is not held. */
  get isFree(): boolean {
    return !this.#segment && !this.#isHeld && !this.#isClosed;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    this.#tellOfSound();
    await this.#isHeard;
    await super.captureFrame(frame);
    this.#segment ??= { pushedMs: 0, hasStarted: false, isFlushed: false };
    if (this.#isCut || this.#isClosed) return;
    this.#waiting.push(frame);
    this.#pump();
    while (!this.#isCut && durationMs(this.#waiting) > OWN_QUEUE_MS) await this.#change();
  }

  override flush(): void {
    super.flush();
    if (!this.#segment) return;
    this.#segment.isFlushed = true;
    this.#pump();
  }

  override clearBuffer(): void {
    if (!this.#segment) return;
    this.#takeBack();
    this.#waiting = [];
    this.#finish(true);
  }

  /** The sink is its maker's to close. */
  close(): void {
    this.#isClosed = true;
    this.#cover?.stop();
    this.clearBuffer();
  }

  #takeBack(): void {
    this.#cover?.stop();
    const { queuedDuration } = this.#sink;
    this.#sink.clearQueue();
    this.#listener?.stops();
    const back = lastOf(this.#given, queuedDuration);
    this.#given = [];
    this.#waiting.unshift(...back);
    if (this.#segment) this.#segment.pushedMs -= durationMs(back);
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#run()
      .catch((error: unknown) => this.logger.warn({ error }, 'audio output stopped'))
      .finally(() => {
        this.#isPumping = false;
        if (this.#hasWork()) this.#pump();
      });
  }

  #hasWork(): boolean {
    if (this.#isHeld || this.#isClosed) return false;
    return this.#waiting.length > 0 || this.#segment?.isFlushed === true;
  }

  async #run(): Promise<void> {
    while (this.#hasWork()) {
      const segment = this.#segment;
      if (segment?.hasStarted === false && this.#cover?.isPlaying) {
        await this.#cover.makeWay();
        continue;
      }
      const frame = merged(this.#waiting.splice(0, fitting(this.#waiting, SOURCE_QUEUE_MS)));
      this.#wake();
      if (!segment) return;
      if (frame) await this.#give(frame, segment);
      else {
        await this.#sink.waitForPlayout();
        const isOver = segment === this.#segment && this.#waiting.length === 0 && !this.#isHeld;
        if (isOver) this.#finish(false);
      }
    }
  }

  async #give(frame: AudioFrame, segment: Segment): Promise<void> {
    if (!segment.hasStarted) {
      segment.hasStarted = true;
      this.onPlaybackStarted(Date.now());
    }
    segment.pushedMs += durationMs([frame]);
    this.#given.push(frame);
    while (durationMs(this.#given) > 2 * SOURCE_QUEUE_MS) this.#given.shift();
    this.#listener?.plays(frame.data, this.#sink.queuedDuration);
    await this.#sink.captureFrame(frame);
  }

  #finish(interrupted: boolean): void {
    if (!this.#segment) return;
    const playbackPosition = Math.max(0, this.#segment.pushedMs) / 1000;
    this.#segment = undefined;
    this.#given = [];
    this.#isCut = false;
    this.#wake();
    this.onPlaybackFinished({ playbackPosition, interrupted });
  }

  #change(): Promise<void> {
    this.#woken ??= new Promise((resolve) => {
      this.#wake = () => {
        this.#woken = undefined;
        resolve();
      };
    });
    return this.#woken;
  }
}
