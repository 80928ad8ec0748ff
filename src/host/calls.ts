import type { RunEnd, RunningCall } from '../call/call.ts';
import type { AssignedJob, CallStart, FromHost } from '../dispatch/host-messages.ts';
import type { Log } from '../observe/log.ts';
import { type CallContext, runInCall } from './call-context.ts';

export interface CallsParts {
  /** Starts a call; runs in the call's context. */
  open(job: AssignedJob, context: CallContext, how: CallStart): RunningCall;
  send(message: FromHost): void;
  log: Log;
  /** The last call that ran has ended. */
  onIdle?(): void;
}

/** The calls of this process. */
export interface Calls {
  start(job: AssignedJob, how?: CallStart): void;
  end(jobId: string, reason: string): void;
  endAll(reason: string): void;
  /** An operator listens to this call from now on. */
  listened(jobId: string): void;
  /** Ends a call for a fault of its own; `undefined`, or a call that is over, ends none. */
  fail(jobId: string | undefined, error: unknown): void;
  readonly count: number;
  /** Resolves once no call runs, then and there if none does. */
  whenNone(): Promise<void>;
}

export function createCalls({ open, send, log, onIdle }: CallsParts): Calls {
  const running = new Map<string, RunningCall>();
  let waiting: (() => void)[] = [];

  const ended = (jobId: string, end: RunEnd) => {
    running.delete(jobId);
    send({ kind: 'call-ended', jobId, ...end });
    if (running.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
    onIdle?.();
  };
  return {
    start(job, how = {}) {
      const callLog = log.child({ callId: job.id });
      if (running.has(job.id)) return callLog.warn('job started a second time: the first goes on');
      const context = { jobId: job.id, log: callLog };
      try {
        const call = runInCall(context, () => open(job, context, how));
        running.set(job.id, call);
        void call.ended.then((end) => ended(job.id, end));
      } catch (error) {
        callLog.error({ error }, 'call could not start');
        ended(job.id, { reason: 'call could not start', ok: false });
      }
    },
    end: (jobId, reason) => void running.get(jobId)?.end(reason),
    endAll(reason) {
      for (const call of running.values()) void call.end(reason);
    },
    listened: (jobId) => running.get(jobId)?.listened(),
    fail: (jobId, error) => void running.get(jobId ?? '')?.fail(error),
    get count() {
      return running.size;
    },
    whenNone: () =>
      running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}
