import type { AssignedJob, FromHost } from '../dispatch/host-messages.ts';
import type { Log } from '../observe/log.ts';
import { type CallContext, runInCall } from './call-context.ts';

/** One call as this process runs it: joins its room, talks, and is over when `ended` settles. */
export interface HostedCall {
  /** Resolves with the reason; rejects when the call could not start. All that the call opened is closed then. */
  readonly ended: Promise<string>;
  /** Says good-bye and ends; also before the call has begun. */
  end(reason: string): void;
}

export interface CallsParts {
  /** Starts a call; runs in the call's context. */
  open(job: AssignedJob, context: CallContext): HostedCall;
  send(message: FromHost): void;
  log: Log;
}

/** The calls of this process. */
export interface Calls {
  start(job: AssignedJob): void;
  end(jobId: string, reason: string): void;
  endAll(reason: string): void;
  /** Ends a call for a fault of its own; `undefined`, or a call that is over, ends none. */
  fail(jobId: string | undefined): void;
  readonly count: number;
  /** Resolves once no call runs, then and there if none does. */
  whenNone(): Promise<void>;
}

/** What the caller's call ends with when code of its own failed. */
const FAULT = 'internal error';

interface Entry {
  call: HostedCall;
  hasFailed: boolean;
}

export function createCalls({ open, send, log }: CallsParts): Calls {
  const running = new Map<string, Entry>();
  let waiting: (() => void)[] = [];

  const ended = (jobId: string, reason: string, ok: boolean) => {
    running.delete(jobId);
    send({ kind: 'call-ended', jobId, reason, ok });
    if (running.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const run = (job: AssignedJob, context: CallContext) => {
    const call = open(job, context);
    const entry: Entry = { call, hasFailed: false };
    running.set(job.id, entry);
    call.ended.then(
      (reason) => ended(job.id, entry.hasFailed ? FAULT : reason, !entry.hasFailed),
      (error) => {
        context.log.error({ error }, 'call could not start');
        ended(job.id, 'call could not start', false);
      },
    );
  };
  return {
    start(job) {
      const callLog = log.child({ callId: job.id });
      if (running.has(job.id)) return callLog.warn('job started a second time: the first goes on');
      const context = { jobId: job.id, log: callLog };
      try {
        runInCall(context, () => run(job, context));
      } catch (error) {
        callLog.error({ error }, 'call could not start');
        ended(job.id, 'call could not start', false);
      }
    },
    end: (jobId, reason) => running.get(jobId)?.call.end(reason),
    endAll(reason) {
      for (const { call } of running.values()) call.end(reason);
    },
    fail(jobId) {
      const entry = running.get(jobId ?? '');
      if (!entry || entry.hasFailed) return;
      entry.hasFailed = true;
      entry.call.end(FAULT);
    },
    get count() {
      return running.size;
    },
    whenNone: () =>
      running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}
