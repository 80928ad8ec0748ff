import { randomFrom } from '../../../src/bench/stats.ts';
import { SpeculationGovernor } from '../../../src/stages/turn/governor.ts';
import type { SpeechOrSilence } from '../../../src/stages/turn/speech-meter.ts';
import { TurnTaker } from '../../../src/stages/turn/taker.ts';
import { configFrom } from '../../helpers/config.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { FRAME_MS } from '../hearing.ts';
import { today } from '../policies.ts';
import { transcribed } from '../transcript.ts';
import type { Noise } from './sounds.ts';

const STT_MS = 200;
/** What the agent is saying. */
const ANSWER_MS = 9000;
/** So little is left of it that «okay» answers it (`call/floor.ts`). */
const ENDING_MS = 700;

export interface NoiseOutcome {
  /** The rest of the answer is not spoken. */
  readonly stopped: boolean;
  /** The voice was silent for so long and went on at the same word; 0: it was not held. */
  readonly heldMs: number;
  /** From the first sound until the voice fell silent. */
  readonly silentAfterMs: number | undefined;
}

/** A sound over an agent that speaks: the real `TurnTaker`, a clock that is moved by hand. */
export async function playNoise(
  { one, words, endMs }: Noise,
  frames: readonly (readonly SpeechOrSilence[])[],
): Promise<NoiseOutcome> {
  const clock = manualClock();
  const due: { at: number; run: () => void }[] = [];
  let heldAt: number | undefined;
  let [heldMs, playedMs, stopped] = [0, 0, false];
  let silentAfterMs: number | undefined;
  const release = () => {
    if (heldAt === undefined) return;
    heldMs += clock.now() - heldAt;
    heldAt = undefined;
  };
  const isBusy = () => !stopped && playedMs < ANSWER_MS;
  const textNow = () => {
    const known = words.filter((word) => word.endMs <= clock.now() + 20).map(({ text }) => text);
    const seed = () => randomFrom(one.seed + known.length);
    return known.length === 0 ? '' : transcribed(known, known, { punctuates: true, numerals: false, seed });
  };
  const answered = (signal: AbortSignal) => {
    const text = textNow();
    return new Promise<{ text: string }>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      due.push({ at: clock.now() + STT_MS, run: () => resolve({ text }) });
    });
  };
  const taker = new TurnTaker({
    policy: today,
    governor: new SpeculationGovernor(configFrom().turn.speculationSlowMs),
    clock,
    wallNow: clock.now,
    agent: {
      isBusy,
      mayBeInterrupted: () => true,
      isEnding: () => ANSWER_MS - playedMs <= ENDING_MS,
      get voicedForMs() {
        return clock.now();
      },
    },
    transcriber: { push() {}, reset() {}, close() {}, peek: answered, transcribe: answered },
    actions: {
      speechStarted() {},
      hold() {
        heldAt ??= clock.now();
        silentAfterMs ??= clock.now() - one.atMs;
      },
      release,
      async interrupt() {
        stopped = true;
        silentAfterMs ??= clock.now() - one.atMs;
      },
      async takeBack() {
        stopped = true;
      },
      prepare() {},
      drop() {},
      turnEnded() {},
    },
  });
  for (const events of frames) {
    for (let ms = 0; ms < FRAME_MS; ms += 5) {
      clock.advance(5);
      if (heldAt === undefined) playedMs += 5;
      for (const one of due.filter(({ at }) => at <= clock.now())) {
        due.splice(due.indexOf(one), 1);
        one.run();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    for (const event of events) {
      if ('speechMs' in event) taker.speech(event.speechMs);
      else taker.silence(event.silenceMs, event.stirs);
    }
    if (stopped || clock.now() > endMs + 4000) break;
  }
  release();
  taker.close();
  return { stopped, heldMs, silentAfterMs };
}
