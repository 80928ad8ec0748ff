/**
 * Compares policies of ending a turn on the labelled set of the bench, without waiting: the real detector on the real
 * sounds, the real `TurnTaker`, a clock that is moved by hand, and a transcriber that knows every word spoken so far.
 *
 *     npx tsx test/bench/endpointing.ts [STT milliseconds, default 200] [--cut-offs] [--by-voice]
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initializeLogger } from '@livekit/agents';
import { makeCorpus, soundOf, type Utterance } from '../../src/bench/corpus.ts';
import { readLines } from '../../src/bench/corpus-text.ts';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { resampled } from '../../src/probe/wav.ts';
import { LearnedJudge } from '../../src/stages/turn/completeness/learned-judge.ts';
import { SpeculationGovernor } from '../../src/stages/turn/governor.ts';
import type { TurnPolicy } from '../../src/stages/turn/roles.ts';
import type { SpeechOrSilence } from '../../src/stages/turn/speech-meter.ts';
import { TurnTaker } from '../../src/stages/turn/taker.ts';
import { TURN_SAMPLE_RATE } from '../../src/stages/turn/transcriber.ts';
import { loadVad } from '../../src/stages/vad.ts';
import { configFrom } from '../helpers/config.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { FRAME_MS, FRAME_SAMPLES, framesOf, probabilitiesOf, toldWith } from '../patience/hearing.ts';
import { loadTurnModel } from './turn-model.ts';

const TAIL_MS = 4000;
/** From the transcript to the first sound: first token, a few more, first byte. */
const ANSWER_MS = 200 + 50 + 120;
/** From the question to the turn model's prediction. */
const MODEL_MS = 40;

interface Spoken {
  utterance: Utterance;
  /** Mono, 16 kHz; silence after the end included. */
  samples: Int16Array;
  /** What is heard with each frame of 10 ms. */
  frames: SpeechOrSilence[][];
}

interface Outcome {
  cutOff: boolean;
  /** Last sound → the answer begins. */
  delayMs: number;
  transcriptions: number;
  answers: number;
}

/** As the schema has them. */
const defaults: TurnPolicy = { ...configFrom().turn, useWords: true };
const silence = (ms: number, more: Partial<TurnPolicy> = {}): TurnPolicy => ({
  ...defaults,
  useWords: false,
  minEndpointingMs: ms,
  statementEndpointingMs: ms,
  ...more,
});
type Policy = TurnPolicy & { model?: true; judge?: true };
const POLICIES: Record<string, Policy> = {
  'learned, the default': { ...defaults, judge: true },
  'silence 350': silence(350),
  'silence 600': silence(600),
  'silence 600, nothing ahead': silence(600, { speculation: 'off' }),
  'silence 900': silence(900),
  'unfinished words 1500': { ...defaults, statementEndpointingMs: 600, minEndpointingMs: 600 },
  words: defaults,
  'words off': { ...defaults, useWords: false },
  'words off, turn model': { ...defaults, useWords: false, model: true },
  'words, turn model': { ...defaults, model: true },
  'words, work from 35 ms on': { ...defaults, speculateAfterMs: 35 },
  'words, work from 150 ms on': { ...defaults, speculateAfterMs: 150 },
};

const sttMs = Number(process.argv[2] ?? 200);
initializeLogger({ pretty: false, level: 'silent' });
const lines = await readLines(fileURLToPath(new URL('../../src/bench/utterances.txt', import.meta.url)));
const corpus = (await makeCorpus(lines, { cacheDir: join(cacheDir(), 'bench') })).filter(
  ({ set }) => set !== 'bargein',
);
const vad = await loadVad({ vad: 'bundled' });
const turnModel = loadTurnModel();
const verdicts: Record<string, Record<string, number>> = {};
const heard: Spoken[] = [];
for (const utterance of corpus) heard.push(await hear(utterance));

const rows: Record<string, Record<string, string>> = {};
for (const [name, policy] of Object.entries(POLICIES)) {
  const outcomes: (Outcome & { pauseMs: number; voices: string })[] = [];
  for (const one of heard) {
    const { pauseMs, voice, phrases } = one.utterance;
    const outcome = await outcomeOf(one, policy);
    outcomes.push({ ...outcome, pauseMs, voices: kindOf(voice) });
    if (outcome.cutOff && process.argv.includes('--cut-offs'))
      console.log(name, pauseMs, phrases.flatMap(({ words }) => words.map(({ text }) => text)).join(' '));
  }
  rows[name] = rowOf(outcomes);
  if (!process.argv.includes('--by-voice')) continue;
  for (const kind of new Set(outcomes.map(({ voices }) => voices)))
    rows[`${name}, ${kind}`] = rowOf(outcomes.filter(({ voices }) => voices === kind));
}
console.table(rows);
console.table(verdicts);
console.log('turn model, a question:', turnModel.costs());
process.exit(0);

/** flite's voices are cut from recorded people, but for one; espeak-ng's are computed. */
function kindOf(voice: string): string {
  if (voice.startsWith('ms')) return 'espeak-ng, Malay';
  return voice.startsWith('en') ? 'espeak-ng, English' : 'flite';
}

/** Counts what the model says of pauses and ends, by its threshold for English. */
function note({ voice }: Utterance, isEnd: boolean, isOver: boolean | undefined): void {
  const counts = verdicts[kindOf(voice)] ?? {};
  verdicts[kindOf(voice)] = counts;
  const name = `${isEnd ? 'end' : 'pause'}: ${isOver ? 'over' : 'goes on'}`;
  counts[name] = (counts[name] ?? 0) + 1;
}

function rowOf(outcomes: readonly (Outcome & { pauseMs: number })[]): Record<string, string> {
  const share = (some: readonly Outcome[]) => `${some.filter(({ cutOff }) => cutOff).length}/${some.length}`;
  const delays = outcomes
    .filter(({ cutOff }) => !cutOff)
    .map(({ delayMs }) => delayMs)
    .sort((a, b) => a - b);
  const at = (q: number) => String(Math.round(delays[Math.ceil(q * delays.length) - 1] ?? 0));
  const whole = outcomes.filter(({ pauseMs }) => !pauseMs);
  const paused = outcomes.filter(({ pauseMs }) => pauseMs);
  const extra = (some: readonly Outcome[], key: 'transcriptions' | 'answers') =>
    (some.reduce((sum, outcome) => sum + outcome[key] - 1, 0) / some.length).toFixed(2);
  return {
    'cut off': `${((100 * outcomes.filter(({ cutOff }) => cutOff).length) / outcomes.length).toFixed(1)} %`,
    ...Object.fromEntries(
      [200, 400, 600, 900].map((ms) => [`${ms}`, share(outcomes.filter(({ pauseMs }) => pauseMs === ms))]),
    ),
    'p50 ms': at(0.5),
    'p95 ms': at(0.95),
    'STT/pause': extra(paused, 'transcriptions'),
    'LLM/pause': extra(paused, 'answers'),
    'STT/whole': extra(whole, 'transcriptions'),
    'LLM/whole': extra(whole, 'answers'),
  };
}

async function hear(utterance: Utterance): Promise<Spoken> {
  const sound = resampled(await soundOf(utterance), TURN_SAMPLE_RATE);
  const length = Math.round(((utterance.endMs + TAIL_MS) * TURN_SAMPLE_RATE) / 1000);
  const samples = new Int16Array(Math.max(length, sound.samples.length));
  samples.set(sound.samples);
  const frames = framesOf(samples);
  return { utterance, samples, frames: toldWith(frames, await probabilitiesOf(frames, vad)) };
}

async function outcomeOf({ utterance, samples, frames }: Spoken, policy: Policy): Promise<Outcome> {
  const clock = manualClock();
  const words = utterance.phrases.flatMap((phrase) => phrase.words);
  let outcome: Outcome | undefined;
  let transcriptions = 0;
  let answers = 0;
  let preparedAt: number | undefined;
  const waiting: { dueAt: number; resolve(): unknown }[] = [];
  const language = utterance.voice.startsWith('ms') ? 'ms' : 'en';
  const model = policy.model && turnModel.hearing(samples, clock.now);
  const judge = policy.judge && new LearnedJudge();
  const taker = new TurnTaker({
    policy,
    model: model && {
      ...model,
      predict() {
        const prediction = model.predict();
        const isEnd = clock.now() > utterance.endMs;
        return new Promise((resolve) => {
          const told = async () => {
            if (!policy.useWords) note(utterance, isEnd, (await prediction)('en'));
            resolve(await prediction);
          };
          waiting.push({ dueAt: clock.now() + MODEL_MS, resolve: told });
        });
      },
    },
    judge,
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
      push() {},
      reset() {},
      close() {},
      peek: () => Promise.reject(new Error('nobody speaks over the agent')),
      transcribe(signal) {
        transcriptions += 1;
        const text = words
          .filter(({ endMs }) => endMs <= clock.now() + 20)
          .map((word) => word.text)
          .join(' ');
        return new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          waiting.push({ dueAt: clock.now() + sttMs, resolve: () => resolve({ text, language }) });
        });
      },
    },
    actions: {
      speechStarted() {},
      hold() {},
      release() {},
      async interrupt() {},
      async takeBack() {},
      prepare() {
        answers += 1;
        preparedAt = clock.now();
        const mine = preparedAt;
        clock.after(ANSWER_MS, () => {
          if (preparedAt === mine) taker.answerReady();
        });
      },
      drop() {
        preparedAt = undefined;
      },
      turnEnded(text, { endedAt = 0 }) {
        if (outcome || !text) return;
        const readyAt =
          preparedAt === undefined ? endedAt + ANSWER_MS : Math.max(endedAt, preparedAt + ANSWER_MS);
        outcome = {
          cutOff: readyAt < utterance.endMs || text.text.split(' ').length < words.length - 1,
          delayMs: readyAt - utterance.endMs,
          transcriptions,
          answers: Math.max(1, answers),
        };
      },
    },
  });
  for (const [index, heard] of frames.entries()) {
    judge?.push(samples.subarray(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES));
    for (let ms = 0; ms < FRAME_MS; ms += 5) {
      clock.advance(5);
      for (const due of waiting.filter(({ dueAt }) => dueAt <= clock.now())) {
        waiting.splice(waiting.indexOf(due), 1);
        await due.resolve();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    for (const one of heard) {
      if ('speechMs' in one) taker.speech(one.speechMs);
      else taker.silence(one.silenceMs, one.stirs);
    }
  }
  taker.close();
  if (!outcome) throw new Error(`no turn was taken: ${words.map(({ text }) => text).join(' ')}`);
  return outcome;
}
