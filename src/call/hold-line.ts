import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import type { CoverVoice } from './cover-voice.ts';
import type { Phrases } from './phrases.ts';
import type { CallScope } from './scope.ts';
import { TONE } from './tone.ts';

/** As exchanges of many countries ring (ITU-T E.180): 425 Hz, 1 s of 4 s. */
const RINGS_HZ = 425;
const RINGS_MS = 1000;
/** Softer than speech. */
const PEAK = 0.06 * 32_767;
const FADE_MS = 10;
const GAP_MS = 3000;
const BEGINS_WITHIN_MS = 4000;

/** One ring, mono, 16-bit, 24 kHz. */
export const RING: Int16Array = Int16Array.from(
  { length: (OUTPUT_SAMPLE_RATE * RINGS_MS) / 1000 },
  (_, at) => {
    const edgeMs = (Math.min(at, (OUTPUT_SAMPLE_RATE * RINGS_MS) / 1000 - at) * 1000) / OUTPUT_SAMPLE_RATE;
    const swell = Math.min(1, edgeMs / FADE_MS);
    return Math.round(PEAK * swell * Math.sin((2 * Math.PI * RINGS_HZ * at) / OUTPUT_SAMPLE_RATE));
  },
);

export interface HoldLineParts {
  scope: Pick<CallScope, 'sleep' | 'signal'>;
  cover: Pick<CoverVoice, 'play' | 'stop'>;
  phrases: Pick<Phrases, 'say'>;
}

/** What a caller hears while somebody is called for them: something every 4 s. */
export interface HeldLine {
  /** It was answered: these words, and a soft tone from then on. */
  answered(waiting: string): void;
  /** At once. */
  stop(): void;
}

/** It rings from now on. */
export function holdLine({ scope, cover, phrases }: HoldLineParts): HeldLine {
  let words: string | undefined;
  let sound = RING;
  let isOver = false;
  const run = async () => {
    while (!isOver && !scope.signal.aborted) {
      if (words !== undefined) {
        const saying = words;
        words = undefined;
        const options = { addToChatCtx: false, allowInterruptions: false, withinMs: BEGINS_WITHIN_MS };
        await phrases.say(saying, options).waitForPlayout();
      } else await cover.play(sound);
      for (let waitedMs = 0; waitedMs < GAP_MS && words === undefined && !isOver; waitedMs += STEP_MS)
        await scope.sleep(STEP_MS);
    }
  };
  // What cannot be played is no reason to give the transfer up.
  run().catch(() => {});
  return {
    answered(waiting) {
      words = waiting;
      sound = TONE;
    },
    stop() {
      isOver = true;
      cover.stop();
    },
  };
}

/** Within this the words follow on the answer. */
const STEP_MS = 250;
