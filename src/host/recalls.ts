import type { FromHost, ToHost } from '../dispatch/host-messages.ts';
import type { GoingOn } from '../dispatch/kept-calls.ts';
import type { Clock } from '../openai/clock.ts';

/** The worker answers within a millisecond or two; a caller is not kept waiting for what it remembers. */
const ANSWERED_WITHIN_MS = 500;

/** Asks the worker for what was said with callers who come back. */
export interface Recalls {
  /** One question a call. `undefined` where nothing is kept, or no answer comes in time. Never rejects. */
  ask(jobId: string, piiCaller: string): Promise<GoingOn | undefined>;
  answered(answer: Extract<ToHost, { kind: 'recalled' }>): void;
}

export function createRecalls(send: (message: FromHost) => void, clock: Clock): Recalls {
  const waiting = new Map<string, (goesOn?: GoingOn) => void>();
  return {
    ask: (jobId, piiCaller) =>
      new Promise((resolve) => {
        const settle = (goesOn?: GoingOn) => {
          cancel();
          waiting.delete(jobId);
          resolve(goesOn);
        };
        const cancel = clock.after(ANSWERED_WITHIN_MS, settle);
        waiting.set(jobId, settle);
        send({ kind: 'recall', jobId, piiCaller });
      }),
    answered: ({ jobId, goesOn }) => waiting.get(jobId)?.(goesOn),
  };
}
