import { type VAD, VADEventType } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { type Clock, systemClock } from '../../openai/clock.ts';
import { WINDOW_SAMPLES } from './speech-meter.ts';
import type { WindowHooks } from './windows.ts';

/** What hears one caller. */
export interface CallerStream {
  /** Mono at 16 kHz. */
  pushFrame(frame: AudioFrame): void;
  close(): void;
}

/** The framework's detector; `windows` where the model can be asked without its stream, which takes more CPU time, around it. */
export interface CallerVad extends VAD {
  windows?(hooks: WindowHooks): CallerStream;
}

/** So much audio that was not judged is suspect: 2 s at 16 kHz … */
const UNJUDGED_SAMPLES = 32_000;
/** … and nothing judged for so long after it: a busy event loop is late, a detector that failed is silent. */
const SILENT_MS = 2000;
/** After an event loop stood still, timers are told before what came meanwhile: it is heard within this. */
const HEARD_AFTER_MS = 100;
/** It is opened again so many times in a call; each time it has judged this much (a minute), one is given back. */
const RESTARTS = 3;
const WORKS_AGAIN_WINDOWS = 1875;

export interface DetectorHooks {
  /** Probability of speech in the next window of 512 samples. */
  onWindow(probability: number): void;
  /** It failed, and listens again from the audio that comes next; what it had not judged is lost. */
  onRestart(reason: string): void;
  /** It failed too often: nothing is judged any more. */
  onLost(reason: string): void;
}

/**
 * The voice activity detector of one call, opened again when it throws, ends or judges nothing more: the framework's own
 * streams log a native error and stay silent for good (`inference/vad.ts` of agents 1.9.0), and the call would be deaf.
 */
export class Detector {
  readonly #vad: CallerVad;
  readonly #hooks: DetectorHooks;
  readonly #clock: Clock;
  #stream: CallerStream | undefined;
  #unjudged = 0;
  #windows = 0;
  #restarts = 0;
  #isClosed = false;
  #stopWaiting: (() => void) | undefined;

  constructor(vad: CallerVad, hooks: DetectorHooks, clock: Clock = systemClock) {
    this.#vad = vad;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#open();
  }

  /** Mono at 16 kHz. */
  push(frame: AudioFrame): void {
    if (this.#isClosed) return;
    this.#unjudged += frame.samplesPerChannel;
    try {
      this.#stream?.pushFrame(frame);
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.#unjudged < UNJUDGED_SAMPLES) return;
    this.#stopWaiting ??= this.#clock.after(SILENT_MS, () => {
      this.#stopWaiting = this.#clock.after(HEARD_AFTER_MS, () => this.#failed('it judges nothing more'));
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #open(): void {
    this.#unjudged = 0;
    try {
      const ofThis = () => stream === this.#stream;
      const hooks: WindowHooks = {
        onWindow: (probability) => ofThis() && this.#judged(probability),
        onFailed: (error) => ofThis() && this.#failed(error),
      };
      const stream = this.#vad.windows?.(hooks) ?? followed(this.#vad.stream(), hooks);
      this.#stream = stream;
    } catch (error) {
      this.#failed(error);
    }
  }

  #judged(probability: number): void {
    this.#unjudged = Math.max(0, this.#unjudged - WINDOW_SAMPLES);
    this.#heard();
    this.#windows += 1;
    if (this.#windows % WORKS_AGAIN_WINDOWS === 0) this.#restarts = Math.max(0, this.#restarts - 1);
    this.#hooks.onWindow(probability);
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#drop();
    this.#restarts += 1;
    if (this.#restarts > RESTARTS) {
      this.#isClosed = true;
      this.#hooks.onLost(reason);
      return;
    }
    this.#hooks.onRestart(reason);
    this.#open();
  }

  #drop(): void {
    this.#heard();
    closeQuietly(this.#stream);
    this.#stream = undefined;
  }

  #heard(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }
}

/** The framework's stream, whose events are told; it is not to end by itself. */
function followed(stream: ReturnType<VAD['stream']>, { onWindow, onFailed }: WindowHooks): CallerStream {
  const follow = async () => {
    for await (const { type, probability } of stream)
      if (type === VADEventType.INFERENCE_DONE) onWindow(probability);
    onFailed('it ended');
  };
  follow().catch(onFailed);
  return stream;
}

/** What has failed may fail at its end, too. */
function closeQuietly(stream: CallerStream | undefined): void {
  try {
    stream?.close();
  } catch {
    // It is gone already.
  }
}
