import { randomFrom } from '../../src/bench/stats.ts';
import { SpeculationGovernor } from '../../src/stages/turn/governor.ts';
import type { FinishedJudge, TurnModel, TurnPolicy } from '../../src/stages/turn/roles.ts';
import type { SpeechOrSilence } from '../../src/stages/turn/speech-meter.ts';
import { TurnTaker } from '../../src/stages/turn/taker.ts';
import type { TurnTranscriber } from '../../src/stages/turn/transcriber.ts';
import { configFrom } from '../helpers/config.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';
import type { Case } from './cases.ts';
import { throughDeepgram } from './deepgram.ts';
import { FRAME_MS, FRAME_SAMPLES, type Heard } from './hearing.ts';
import { shareOf } from './split.ts';
import { transcribed, type Writing } from './transcript.ts';

/** From the transcript to the first sound: first token, a few more, first byte. */
const FIRST_TOKEN_MS = 200;
const AFTER_IT_MS = 50 + 120;
const STT_MS = 200;
/** Shorter speech after a pause is none yet. */
const FIRST_WINDOWS_MS = 60;
/** A word is known before its end is heard: how long before, for each of its letters. */
const KNOWN_MS_A_LETTER = 25;

/** How one utterance ended. */
export interface Outcome {
  /** The answer begins before the caller has ended, or to less than all of it. */
  readonly cutOff: boolean;
  /** The detector heard no end: a turn that no policy would have ended. */
  readonly isUnanswered: boolean;
  /** Only what stands before the pause was answered. */
  readonly halfAnswered: boolean;
  /** Last sound → the answer begins. */
  readonly delayMs: number;
  /** Beyond the one of each that is needed. */
  readonly extraTranscriptions: number;
  readonly extraAnswers: number;
}

/** Something that is asked, and answers on the clock. */
export interface Playing {
  readonly clock: ManualClock;
  /** Runs at that moment, and is waited for. */
  at(ms: number, run: () => unknown): void;
}

/** A chat model that says before each answer whether the caller has finished. */
export interface Mark {
  /** How often it is wrong where the caller goes on, and where they have finished: 0 to 1. */
  falseFinished: number;
  falseUnfinished: number;
  /** From the request to the first token: the mark. */
  afterMs: number;
  /** It writes none. */
  isMissing?: boolean;
}

export interface Player {
  policy: TurnPolicy;
  /** What else hears one utterance. */
  model?(heard: Heard, playing: Playing): TurnModel;
  judge?(heard: Heard, playing: Playing): FinishedJudge;
  /** Who transcribes: the whole turn by a request at each pause, or as it is spoken. */
  stt?: 'batch' | 'deepgram';
  /** As it was: a turn ended though something was heard, as long as that was not known for speech. */
  endsInSound?: boolean;
  /** What the chat model says. */
  mark?: Mark;
}

/** How the transcriber of an utterance writes, always the same. */
export const writingOf = ({ id, seed, punctuates, numerals }: Case): Writing => ({
  ...{ punctuates, numerals },
  seed: (count) => randomFrom(Math.floor(shareOf(`${id} ${seed} ${count}`) * 2 ** 31)),
});

/** Plays one utterance to the real `TurnTaker`, on a clock that is moved by hand. */
export async function play(
  heard: Heard,
  { policy, model, judge, stt, endsInSound, mark }: Player,
  others: readonly string[],
): Promise<Outcome> {
  const { words, endMs, pauseAtMs, one } = heard;
  const clock = manualClock();
  const due: { at: number; run: () => unknown }[] = [];
  const playing: Playing = { clock, at: (at, run) => due.push({ at, run }) };
  const writing = writingOf(one);
  let outcome: Outcome | undefined;
  let [transcriptions, answers] = [0, 0];
  let preparedAt: number | undefined;
  // A mark is the first token.
  const answerMs = (mark?.afterMs ?? FIRST_TOKEN_MS) + AFTER_IT_MS;
  const wordsOf = new Map<object, number>();
  const hearing = model?.(heard, playing);
  const judging = judge?.(heard, playing);
  /** Of the last time that words were asked for. */
  let knownWords = 0;
  const written = (from: number) => {
    const known = words.filter(
      ({ text, endMs }) => endMs - KNOWN_MS_A_LETTER * Math.min(6, text.length) <= clock.now(),
    );
    const said = known.slice(from).map((word) => word.text);
    knownWords = known.length;
    return { text: transcribed(said, others, writing) || said.join(' '), until: known.length };
  };
  const whole: TurnTranscriber = {
    push() {},
    reset() {},
    close() {},
    peek: () => Promise.reject(new Error('nobody speaks over the agent')),
    transcribe(signal) {
      const { text, until } = written(0);
      // Nobody tells the language: it is what the transcriber hears.
      const transcript = { text, ...(LANGUAGE[one.language] && { language: LANGUAGE[one.language] }) };
      wordsOf.set(transcript, until);
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        playing.at(clock.now() + STT_MS, () => resolve(transcript));
      });
    },
  };
  const transcriber = stt === 'deepgram' ? throughDeepgram(playing, written, STT_MS) : whole;
  const taker = new TurnTaker({
    policy,
    model: hearing,
    judge: judging,
    modelJudges: () => mark !== undefined,
    governor: new SpeculationGovernor(configFrom().turn.speculationSlowMs),
    clock,
    wallNow: clock.now,
    agent: {
      isBusy: () => false,
      mayBeInterrupted: () => true,
      isEnding: () => false,
      voicedForMs: undefined,
    },
    transcriber: {
      ...{ push() {}, reset: () => transcriber.reset(), close: () => transcriber.close() },
      peek: (signal) => transcriber.peek(signal),
      transcribe(signal) {
        transcriptions += 1;
        return transcriber.transcribe(signal);
      },
    },
    actions: {
      speechStarted() {},
      hold() {},
      release() {},
      async interrupt() {},
      async takeBack() {},
      prepare(text) {
        answers += 1;
        const mine = clock.now();
        preparedAt = mine;
        const isWhole = (wordsOf.get(text) ?? knownWords) >= words.length;
        const wrong = isWhole ? mark?.falseUnfinished : mark?.falseFinished;
        const isWrong = writing.seed(1000 + answers)() < (wrong ?? 0);
        const judge = () => preparedAt === mine && taker.judged(isWhole !== isWrong);
        if (mark && !mark.isMissing) clock.after(mark.afterMs, judge);
        clock.after(answerMs, () => {
          if (preparedAt === mine) taker.answerReady();
        });
      },
      drop() {
        preparedAt = undefined;
      },
      turnEnded(text, { endedAt = 0 }) {
        if (outcome || !text) return;
        const readyAt =
          preparedAt === undefined ? endedAt + answerMs : Math.max(endedAt, preparedAt + answerMs);
        const before = words.filter((word) => word.endMs <= pauseAtMs + 1).length;
        const answered = wordsOf.get(text) ?? knownWords;
        const lacks = answered < words.length;
        outcome = {
          cutOff: readyAt < endMs || lacks,
          isUnanswered: false,
          halfAnswered: one.pauseMs > 0 && lacks && answered <= before,
          delayMs: readyAt - endMs,
          extraTranscriptions: transcriptions - 1,
          extraAnswers: Math.max(0, answers - 1),
        };
      },
    },
  });
  for (const [index, events] of heard.frames.entries()) {
    if (outcome) break;
    const samples = heard.samples.subarray(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES);
    hearing?.push(samples);
    judging?.push(samples);
    if (taker.isOpen) transcriber.push(samples);
    for (let ms = 0; ms < FRAME_MS; ms += 5) {
      clock.advance(5);
      while (due.length > 0) {
        const next = due.findIndex(({ at }) => at <= clock.now());
        if (next < 0) break;
        await due.splice(next, 1)[0]?.run();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    for (const event of endsInSound ? toldBefore(events) : events) {
      if ('speechMs' in event) taker.speech(event.speechMs);
      else taker.silence(event.silenceMs, event.stirs);
    }
  }
  taker.close();
  return outcome ?? UNANSWERED;
}

const UNANSWERED: Outcome = {
  ...{ cutOff: false, halfAnswered: false, isUnanswered: true },
  ...{ delayMs: Number.NaN, extraTranscriptions: 0, extraAnswers: 0 },
};

/** As a transcriber tells it. */
const LANGUAGE: Readonly<Record<string, string>> = {
  en: 'en',
  ms: 'ms',
  mixed: 'ms',
  es: 'es',
  fr: 'fr',
  it: 'it',
  ru: 'ru',
  cs: 'cs',
  nl: 'nl',
};

/** What the turn taker made nothing of before it put off ends. */
function toldBefore(events: readonly SpeechOrSilence[]): SpeechOrSilence[] {
  return events.flatMap((event): SpeechOrSilence[] => {
    if ('speechMs' in event) return event.speechMs < FIRST_WINDOWS_MS ? [] : [event];
    return [{ silenceMs: event.silenceMs }];
  });
}
