import { setTimeout as sleep } from 'node:timers/promises';
import { createLoadEar } from './ear.ts';
import { mixed } from './faults/plan.ts';
import { footprintOf } from './footprint.ts';
import { type LoadWorld, untilAtRest } from './load.ts';
import { type Crowd, createCrowd } from './load-callers.ts';
import { turnsIn } from './load-results.ts';
import { showProgress } from './progress.ts';
import { type Checkpoint, deadAirIn, type SoakResult } from './soak-results.ts';
import { randomFrom } from './stats.ts';
import { startWorker } from './worker.ts';
import { linesOf, logOf } from './worker-log.ts';

/** After so many calls the worker is left alone, and looked at. */
const CALLS_A_CHECKPOINT = 25;
/** A short call: greeting, turns, and what a busy machine adds. */
const CALL_WITHIN_MS = 90_000;
/** A worker that is full gets no job, and a slot is free only when its call has been closed: the next caller is there before. */
const SLOTS_A_LINE = 2;
/** The first callers do not come at once. */
const APART_MS = 300;

export interface SoakOptions {
  /** Calls in all. */
  readonly calls: number;
  /** Calls at a time. */
  readonly parallel: number;
  /** Of each call. */
  readonly turns: number;
  /** No new calls after this. */
  readonly withinMs: number;
  /** 0 to 1: so many of the requests to each model endpoint fail in one of all ways. */
  readonly faults: number;
  /** Settings of the worker on top of the default configuration. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Another soak meets the same faults. */
const FAULTS_SEED = 13;

/** Short calls, several at a time, on one worker, which is looked at whenever all are over. */
export async function soak(options: SoakOptions, world: LoadWorld): Promise<SoakResult> {
  const { livekit, light, endpoints, speech, lightUtterances, builtDir, dir } = world;
  const agentName = 'bench-soak';
  const settings = { MAX_CALLS: String(SLOTS_A_LINE * options.parallel), ...options.settings };
  const worker = await startWorker({
    ...{ pipeline: 'own', livekit, agentName, settings, builtDir, dir, endpointsUrl: endpoints.baseUrl },
  });
  const firstEvent = light.events.length;
  const endMs = performance.now() + options.withinMs;
  const checkpoints: Checkpoint[] = [];
  let [done, stuck] = [0, 0];
  try {
    await createLoadEar(endpoints, lightUtterances).close();
    const crowd = createCrowd({ light, livekit, agentName, speech });
    checkpoints.push(await lookAt(worker.pid, 0));
    if (options.faults > 0)
      await endpoints.control({ faults: mixed(options.faults, randomFrom(FAULTS_SEED)) });
    while (done < options.calls && performance.now() < endMs) {
      const batch = Math.min(CALLS_A_CHECKPOINT, options.calls - done);
      stuck += await makeCalls(batch, options, crowd);
      done += batch;
      checkpoints.push(await lookAt(worker.pid, done));
    }
  } finally {
    await worker.stop();
  }
  const { waitsMs, lost, gaps } = turnsIn(light.events.slice(firstEvent));
  const log = logOf(dir, agentName);
  const deadAir = deadAirIn(await linesOf(log, 'call ended'));
  const unanswered = (await linesOf(log, 'turn without sound')).length;
  return { calls: done, checkpoints, turns: waitsMs.length, lost, gaps, waitsMs, stuck, deadAir, unanswered };
}

/** The worker once it is at rest. */
async function lookAt(pid: number | undefined, calls: number): Promise<Checkpoint> {
  await untilAtRest(pid);
  const footprint = await footprintOf(pid);
  const { rssMb, sockets, threads, processes } = footprint;
  showProgress(
    `${calls} calls: RSS ${rssMb.toFixed(0)} MB, ${sockets} sockets, ${threads} threads, ${processes} processes`,
  );
  return { calls, footprint };
}

/** @returns how many did not end in time; they are told to leave. */
async function makeCalls(
  count: number,
  { parallel, turns }: Pick<SoakOptions, 'parallel' | 'turns'>,
  crowd: Crowd,
): Promise<number> {
  let [left, stuck] = [count, 0];
  const line = async (index: number) => {
    await sleep(index * APART_MS);
    while (left > 0) {
      left -= 1;
      const calls = await crowd.join(1, 0, turns);
      if (await crowd.over(calls, CALL_WITHIN_MS)) continue;
      stuck += 1;
      await crowd.leave(calls);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, (_, index) => line(index)));
  return stuck;
}
