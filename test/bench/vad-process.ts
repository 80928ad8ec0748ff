/**
 * One measurement of vad.ts, in a process of its own so that memory and load time are its own:
 * `vad-process.ts none|bundled|silero <folder of 16 kHz WAVs>` prints a VadMeasurement as JSON. Audio is pushed in
 * real time, 10 ms a frame, all lanes at once: delays hold what a call feels (window, smoothing, inference, queue).
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initializeLogger, type VAD, VADEventType } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { durationMs, readWav, type Sound } from '../../src/probe/wav.ts';
import { loadVad } from '../../src/stages/vad.ts';

export interface VadMeasurement {
  detector: string;
  loadMs: number;
  /** Growth by loading and the first window. */
  rssMb: number;
  /** CPU time of the whole process, per second of audio of one stream. */
  cpuMsPerSecond: number;
  /** From the first, or last, audible sample to the event. */
  startDelaysMs: number[];
  endDelaysMs: number[];
  missed: number;
  splits: number;
  falseStarts: number;
}

const snrsDb = [Number.POSITIVE_INFINITY, 20, 10, 5];
const leadMs = 1500;

/** When speech started and ended, in ms since the first sample. */
async function listen(vad: VAD | undefined, { samples, sampleRate }: Sound) {
  const stream = vad?.stream();
  const starts: number[] = [];
  const ends: number[] = [];
  const began = performance.now();
  const events = (async () => {
    for await (const { type } of stream ?? []) {
      if (type === VADEventType.START_OF_SPEECH) starts.push(performance.now() - began);
      if (type === VADEventType.END_OF_SPEECH) ends.push(performance.now() - began);
    }
  })();
  const frame = sampleRate / 100;
  for (let at = frame; at <= samples.length; at += frame) {
    await sleep(began + (at * 1000) / sampleRate - performance.now());
    stream?.pushFrame(new AudioFrame(samples.slice(at - frame, at), sampleRate, 1, frame));
  }
  await sleep(200);
  stream?.close();
  await events;
  return { starts, ends };
}

const rms = (samples: Int16Array) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

/** Speech with `leadMs` before and after it, over noise. */
function mixed(speech: Sound, noise: Sound, snrDb: number): Sound {
  const lead = (leadMs * speech.sampleRate) / 1000;
  const gain = rms(speech.samples) / rms(noise.samples) / 10 ** (snrDb / 20);
  const samples = new Int16Array(speech.samples.length + 2 * lead).map(
    (_, i) => (speech.samples[i - lead] ?? 0) + (noise.samples[i % noise.samples.length] ?? 0) * gain,
  );
  return { samples, sampleRate: speech.sampleRate };
}

const [detector = 'none', dir = '.'] = process.argv.slice(2);
initializeLogger({ pretty: false, level: 'error' });
const load = (kind: string) =>
  Promise.all(
    readdirSync(dir)
      .filter((name) => name.startsWith(kind))
      .map((name) => readWav(join(dir, name))),
  );
const [speeches, noises, pink] = await Promise.all([
  load('speech'),
  load('noise'),
  readWav(join(dir, 'noise-pinknoise-30.wav')),
]);

const rssBefore = process.memoryUsage.rss();
const loadedFrom = performance.now();
const vad = detector === 'bundled' || detector === 'silero' ? await loadVad({ vad: detector }) : undefined;
const result: VadMeasurement = {
  detector,
  loadMs: performance.now() - loadedFrom,
  rssMb: (process.memoryUsage.rss() - rssBefore) / 2 ** 20,
  cpuMsPerSecond: 0,
  startDelaysMs: [],
  endDelaysMs: [],
  missed: 0,
  splits: 0,
  falseStarts: 0,
};
let audioMs = 0;

async function lane(snrDb: number): Promise<void> {
  for (const speech of speeches) {
    const sound = mixed(speech, pink, snrDb);
    const { starts, ends } = await listen(vad, sound);
    audioMs += durationMs(sound);
    const [start, ...more] = starts.filter((ms) => ms > leadMs);
    const end = ends.at(-1);
    result.falseStarts += starts.filter((ms) => ms <= leadMs).length;
    result.splits += more.length;
    if (start === undefined || end === undefined) result.missed++;
    else {
      result.startDelaysMs.push(start - leadMs);
      result.endDelaysMs.push(end - leadMs - durationMs(speech));
    }
  }
}

async function noiseLane(noise: Sound): Promise<void> {
  result.falseStarts += (await listen(vad, noise)).starts.length;
  audioMs += durationMs(noise);
}

const cpu = process.cpuUsage();
await Promise.all([...snrsDb.map(lane), ...noises.map(noiseLane)]);
const { user, system } = process.cpuUsage(cpu);
result.cpuMsPerSecond = user / audioMs + system / audioMs;
process.stdout.write(JSON.stringify(result), () => process.exit(0));
