import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LiveKit, startLiveKit } from '../dev/livekit.ts';
import { cacheDir, findLiveKitBinary } from '../dev/livekit-binary.ts';
import { buildPrograms } from './built.ts';
import { makeCorpus, type Utterance } from './corpus.ts';
import { readLines } from './corpus-text.ts';
import { createLoadEar } from './ear.ts';
import { type Endpoints, startEndpoints } from './endpoints.ts';
import { footprintOf } from './footprint.ts';
import { findLightCaller } from './light-binary.ts';
import { type LightCallers, startLightCallers } from './light-callers.ts';
import { burstOf, createCrowd } from './load-callers.ts';
import type { LoadRun, LoadStep } from './load-results.ts';
import { climb } from './load-steps.ts';
import type { BenchOptions } from './options.ts';
import { prepareSpeech } from './prepared.ts';
import { showProgress } from './progress.ts';
import { percentile, randomFrom } from './stats.ts';
import { cpuOf } from './usage.ts';
import { startWorker } from './worker.ts';

const TEXT = fileURLToPath(new URL('utterances.txt', import.meta.url));
/** Sentences of the light callers; each more costs the simulated transcription time for every request. */
const LIGHT_SENTENCES = 2;
/** Slots beyond the calls of the largest step: those that end are not waited for. */
const SPARE_SLOTS = 2;
/** A worker at rest: so little CPU over so long. */
const REST_MS = 2000;
const REST_CORES = 0.05;
const REST_WITHIN_MS = 40_000;

/** What all runs under load share. */
export interface LoadWorld {
  readonly livekit: LiveKit;
  readonly endpoints: Endpoints;
  readonly light: LightCallers;
  /** Ogg files of the light callers. */
  readonly speech: readonly string[];
  readonly lightUtterances: readonly Utterance[];
  readonly utterances: readonly Utterance[];
  readonly builtDir: string;
  readonly dir: string;
  close(): Promise<void>;
}

/**
 * Starts livekit-server, the simulated endpoints and the light callers, and compiles the worker.
 *
 * @param dir - gets the logs. @throws AppError for whatever cannot be started.
 */
export async function startLoadWorld(
  { speeds }: Pick<BenchOptions, 'speeds'>,
  dir: string,
): Promise<LoadWorld> {
  const sounds = join(cacheDir(), 'bench');
  const progress = (text: string) => showProgress(text, true);
  const lines = (await readLines(TEXT)).filter(({ set, snrDb }) => set === 'latency' && snrDb === undefined);
  const all = await makeCorpus(lines, { cacheDir: sounds });
  const [lightUtterances, utterances] = [all.slice(0, LIGHT_SENTENCES), all.slice(LIGHT_SENTENCES)];
  const builtDir = await buildPrograms();
  const program = await findLightCaller(progress);
  const binary = await findLiveKitBinary({ onProgress: progress });
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const end of opened.toReversed()) await end();
  };
  try {
    const livekit = await startLiveKit({ binary, logFile: join(dir, 'livekit.log') });
    opened.push(livekit.close);
    const endpoints = await startEndpoints(speeds, dir);
    opened.push(endpoints.close);
    await endpoints.answer('short');
    const light = startLightCallers(program);
    opened.push(light.close);
    const speech = await prepareSpeech(lightUtterances, { livekit, light, cacheDir: sounds });
    return { livekit, endpoints, light, speech, lightUtterances, utterances, builtDir, dir, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One worker at rest, met by a burst of callers, and by more and more calls. */
export async function runLoad(
  pipeline: LoadRun['pipeline'],
  options: BenchOptions,
  world: LoadWorld,
): Promise<LoadRun> {
  const { livekit, endpoints, light, lightUtterances, utterances, speech, builtDir, dir } = world;
  const agentName = `bench-load-${pipeline}`;
  const slots = Math.max(...options.steps, options.parallel) + SPARE_SLOTS;
  const settings = pipeline === 'own' ? { MAX_CALLS: String(slots), ...options.settings } : {};
  const worker = await startWorker({
    ...{ pipeline, livekit, agentName, settings, builtDir, dir, endpointsUrl: endpoints.baseUrl },
    profileDir: options.profile && pipeline === 'own' ? join(dir, 'profiles') : undefined,
  });
  try {
    const ear = createLoadEar(endpoints, lightUtterances);
    await ear.close();
    const crowd = createCrowd({ light, livekit, agentName, speech });
    await untilAtRest(worker.pid);
    const idle = await footprintOf(worker.pid);
    const burst = await burstOf(options.parallel, options.withinMs, { crowd, light });
    showProgress(`${pipeline}: burst ${burst.agentMs.map((ms) => Math.round(ms ?? -1)).join(' ')} ms`);
    await untilAtRest(worker.pid);
    const steps = await climb(options.steps, {
      ...{ livekit, agentName, ear, crowd, light, utterances, turns: options.turns },
      random: randomFrom(options.seed),
      pids: { worker: worker.pid, sfu: livekit.pid, endpoints: endpoints.pid },
      onStep: (step) => showProgress(`${pipeline}: ${describeStep(step)}`),
    });
    return { pipeline, idle, burst, steps };
  } finally {
    await worker.stop();
  }
}

function describeStep({ calls, measured: { waitsMs, lost }, cores }: LoadStep): string {
  const ms = (share: number) => `${percentile(waitsMs, share)?.toFixed(0) ?? '–'} ms`;
  return `${calls} calls, p50 ${ms(0.5)}, p95 ${ms(0.95)}, ${lost} lost, worker ${cores.worker.toFixed(2)} cores`;
}

/** Until the worker has done what it does at its start, or after calls; at most `REST_WITHIN_MS`. */
export async function untilAtRest(pid: number | undefined): Promise<void> {
  const endMs = performance.now() + REST_WITHIN_MS;
  for (let before = await cpuOf(pid); performance.now() < endMs; ) {
    await sleep(REST_MS);
    const now = await cpuOf(pid);
    if ((now - before) / (REST_MS / 1000) < REST_CORES) return;
    before = now;
  }
}
