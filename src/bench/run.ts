import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveKit } from '../dev/livekit.ts';
import { type CallParts, type CallPlan, runCall } from './call.ts';
import { createEar } from './ear.ts';
import type { Endpoints } from './endpoints.ts';
import type { CallResult, RunResult, TurnResult } from './results.ts';
import { startWorker, type WorkerOptions } from './worker.ts';

/** Calls that start at once on few cores wait for each other, and for the processes that take their places. */
const LANES_APART_MS = 4000;

export interface RunParts extends Pick<WorkerOptions, 'pipeline' | 'settings' | 'dir' | 'builtDir'> {
  livekit: LiveKit;
  /** Starts simulated endpoints; `undefined`: those of the environment are used. */
  startEndpoints: (() => Promise<Endpoints>) | undefined;
  sttMode: string;
  plans: readonly CallPlan[];
  /** Calls at a time. */
  parallel: number;
  /** How the caller of a plan comes to the agent; default: by WebRTC. */
  join?: (plan: CallPlan) => CallParts['join'];
  /** Default: one of its own to each lane. */
  agentName?: string;
  /** @param call - and @param turn: from 1 on. */
  onTurn(plan: CallPlan, call: number, turn: number, result: TurnResult): void;
}

/**
 * Every planned call. Each lane has a worker and endpoints of its own, which are started before and stopped after: what
 * they are asked belongs to one call at a time.
 */
export async function runPlans(parts: RunParts): Promise<RunResult> {
  const { pipeline, sttMode, plans, parallel } = parts;
  const queue = [...plans.entries()];
  const results: CallResult[] = [];
  const lanes = Math.min(parallel, plans.length);
  await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane, parts, queue, results)));
  return { pipeline, sttMode, calls: results };
}

async function runLane(
  lane: number,
  { pipeline, sttMode, livekit, settings, dir, builtDir, startEndpoints, onTurn, ...parts }: RunParts,
  queue: [number, CallPlan][],
  results: CallResult[],
): Promise<void> {
  const agentName = parts.agentName ?? `bench-agent-${lane + 1}`;
  const endpoints = await startEndpoints?.();
  try {
    const worker = await startWorker({
      ...{ pipeline, livekit, settings, dir, agentName, ...(builtDir !== undefined && { builtDir }) },
      endpointsUrl: endpoints?.baseUrl,
    });
    try {
      await sleep(lane * LANES_APART_MS);
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [index, plan] = next;
        // A room lives on for a while, and dispatches only when it is made.
        const room = `${plan.room}-${pipeline}-${sttMode}-${process.pid}`;
        await endpoints?.answer(plan.answerLength);
        let turn = 0;
        results[index] = await runCall(
          { ...plan, room },
          {
            ...{ livekit, agentName, ear: createEar(endpoints), workerPid: worker.pid },
            join: parts.join?.(plan),
            onTurn: (result) => {
              turn += 1;
              onTurn(plan, index + 1, turn, result);
            },
          },
        );
      }
    } finally {
      await worker.stop();
    }
  } finally {
    endpoints?.close();
  }
}
