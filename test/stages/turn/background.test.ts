/** Sounds behind the caller over the agent's voice: the real detector and the real `TurnTaker`, on a clock moved by hand. */
import { initializeLogger, type VAD, VADEventType } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, expect, test } from 'vitest';
import { readWav } from '../../../src/probe/wav.ts';
import { SpeculationGovernor } from '../../../src/stages/turn/governor.ts';
import { SpeechMeter, WINDOW_SAMPLES } from '../../../src/stages/turn/speech-meter.ts';
import { TurnTaker } from '../../../src/stages/turn/taker.ts';
import { type TurnText, WholeAudioTranscriber } from '../../../src/stages/turn/transcriber.ts';
import { loadVad } from '../../../src/stages/vad.ts';
import { mixed, music, pinkNoise, RATE, talk, whiteNoise } from '../../helpers/background-sounds.ts';
import { configFrom } from '../../helpers/config.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const SECONDS = 12;
const SPEAKS_AT_MS = 8000;
const STT_MS = 300;
const FRAME_SAMPLES = RATE / 100;
const UNDERSTOOD_MS = 500;
const { turn } = configFrom();

let vad: VAD;
let caller: Int16Array;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  vad = await loadVad({ vad: 'bundled' });
  caller = (await readWav('test/fixtures/speech-16k.wav')).samples;
}, 60_000);

async function probabilitiesOf(samples: Int16Array): Promise<number[]> {
  const stream = vad.stream();
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES)
    stream.pushFrame(new AudioFrame(samples.slice(at, at + FRAME_SAMPLES), RATE, 1, FRAME_SAMPLES));
  const probabilities: number[] = [];
  // The last window is not judged before audio of the next has come.
  const whole = Math.floor(samples.length / WINDOW_SAMPLES) - 2;
  for await (const { type, probability } of stream)
    if (type === VADEventType.INFERENCE_DONE && probabilities.push(probability) >= whole) break;
  stream.close();
  return probabilities;
}

/** What happens to an agent that speaks all the time; the transcriber understands the caller, and nobody else. */
async function over(samples: Int16Array, { sttHangs = false } = {}) {
  const clock = manualClock();
  const spoken = { fromMs: SPEAKS_AT_MS, toMs: SPEAKS_AT_MS + (caller.length * 1000) / RATE };
  const waiting: { dueAt: number; settle(): void }[] = [];
  const transcriber = new WholeAudioTranscriber((audio, signal) => {
    const toMs = clock.now();
    const fromMs = toMs - (audio.length * 1000) / RATE;
    const heardMs = Math.min(toMs, spoken.toMs) - Math.max(fromMs, spoken.fromMs);
    return new Promise<TurnText>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      const settle = () => resolve({ text: heardMs >= UNDERSTOOD_MS ? 'No, the other one please.' : '' });
      if (!sttHangs) waiting.push({ dueAt: clock.now() + STT_MS, settle });
    });
  }, clock);
  const holds: { fromMs: number; toMs?: number }[] = [];
  const freed = () => {
    const last = holds.at(-1);
    if (last) last.toMs ??= clock.now();
  };
  let interruptedMs: number | undefined;
  const taker = new TurnTaker({
    ...{ policy: { ...turn, useWords: true }, transcriber, clock, wallNow: clock.now },
    governor: new SpeculationGovernor(turn.speculationSlowMs),
    agent: {
      isBusy: () => interruptedMs === undefined,
      mayBeInterrupted: () => true,
      isEnding: () => false,
      voicedForMs: undefined,
    },
    actions: {
      ...{ speechStarted() {}, prepare() {}, drop() {}, turnEnded() {}, release: freed },
      hold: () => holds.push({ fromMs: clock.now() }),
      async takeBack() {},
      async interrupt() {
        freed();
        interruptedMs ??= clock.now();
      },
    },
  });
  const meter = new SpeechMeter();
  const probabilities = await probabilitiesOf(samples);
  let judged = 0;
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    clock.advance(10);
    const due = waiting.filter(({ dueAt }) => dueAt <= clock.now());
    for (const one of due) {
      waiting.splice(waiting.indexOf(one), 1);
      one.settle();
    }
    if (due.length > 0) await new Promise((resolve) => setImmediate(resolve));
    const audio = samples.subarray(at, at + FRAME_SAMPLES);
    if (taker.isOpen) transcriber.push(audio);
    const silence = meter.addAudio(audio);
    if (silence) taker.silence(silence.silenceMs);
    for (; (judged + 1) * WINDOW_SAMPLES <= at + FRAME_SAMPLES; judged += 1) {
      const heard = meter.addProbability(probabilities[judged] ?? 0);
      if ('speechMs' in heard) taker.speech(heard.speechMs);
      else taker.silence(heard.silenceMs);
    }
  }
  taker.close();
  freed();
  const lengths = holds.map(({ fromMs, toMs = clock.now() }) => toMs - fromMs);
  return { holds, longestMs: Math.max(0, ...lengths), interruptedMs };
}

const SOUNDS: Record<string, (seconds: number) => Float64Array | Promise<Float64Array>> = {
  'white noise': whiteNoise,
  'noise of a street': pinkNoise,
  music,
  'three voices': (seconds) => talk(seconds, 3),
  'a second voice': (seconds) => talk(seconds, 1),
};

test.each(Object.entries(SOUNDS))('%s does not keep the voice', { timeout: 60_000 }, async (_, make) => {
  const sound = await make(SECONDS);
  for (const softerByDb of [10, 5]) {
    const { holds, longestMs, interruptedMs } = await over(mixed(caller, SPEAKS_AT_MS, sound, softerByDb));
    expect(longestMs).toBeLessThanOrEqual(turn.bargeInHoldMs + 40);
    expect(holds.length, 'once for the sound, once for the caller').toBeLessThanOrEqual(2);
    expect(interruptedMs, 'words are heard over it').toBeGreaterThan(SPEAKS_AT_MS);
    expect(interruptedMs).toBeLessThan(SPEAKS_AT_MS + 3000);
  }
});

test('nor does it where the transcription hangs', { timeout: 60_000 }, async () => {
  const { holds, longestMs, interruptedMs } = await over(
    mixed(caller, SPEAKS_AT_MS, await talk(SECONDS, 3), 10),
    { sttHangs: true },
  );
  expect(longestMs).toBeLessThanOrEqual(turn.bargeInHoldMs + 40);
  expect(holds.length).toBeLessThanOrEqual(3);
  expect(interruptedMs).toBeUndefined();
});
