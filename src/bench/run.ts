import type { LiveKit } from '../dev/livekit.ts';
import { type CallPlan, runCall } from './call.ts';
import { createEars } from './ear.ts';
import type { Endpoints } from './endpoints.ts';
import type { CallResult, RunResult, TurnResult } from './results.ts';
import { startWorker, type WorkerOptions } from './worker.ts';

export interface RunParts extends Pick<WorkerOptions, 'pipeline' | 'settings' | 'dir'> {
  livekit: LiveKit;
  /** `undefined`: those of the environment. */
  endpoints: Endpoints | undefined;
  sttMode: string;
  plans: readonly CallPlan[];
  /** Calls at a time. */
  parallel: number;
  /** @param call - and @param turn: from 1 on. */
  onTurn(plan: CallPlan, call: number, turn: number, result: TurnResult): void;
}

/** Every planned call with one worker, which is started before and stopped after. */
export async function runPlans(parts: RunParts): Promise<RunResult> {
  const { pipeline, livekit, endpoints, sttMode, plans, parallel, settings, dir } = parts;
  const worker = await startWorker({
    ...{ pipeline, livekit, settings, dir },
    endpointsUrl: endpoints?.baseUrl,
  });
  const ears = createEars(endpoints);
  const results: CallResult[] = [];
  const queue = [...plans.entries()];
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, plan] = next;
      await endpoints?.answer(plan.answerLength);
      let turn = 0;
      results[index] = await runCall(
        { ...plan, room: `${plan.room}-${pipeline}-${process.pid}` },
        {
          ...{ livekit, ear: ears(), workerPid: worker.pid },
          onTurn: (result) => {
            turn += 1;
            parts.onTurn(plan, index + 1, turn, result);
          },
        },
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, lane));
    return { pipeline, sttMode, calls: results };
  } finally {
    await worker.stop();
  }
}
