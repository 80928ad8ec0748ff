import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../observe/log.ts';

/** The call for which code runs: follows it through promises, timers and listeners (`framework/ffi-client.ts` for those of rooms). */
export interface CallContext {
  readonly jobId: string;
  /** With the call's id on every line. */
  readonly log: Log;
}

const storage = new AsyncLocalStorage<CallContext>();

/** `undefined` outside of any call. */
export const currentCall = (): CallContext | undefined => storage.getStore();

/** Everything that `work` starts, however late, has this call as its own. */
export const runInCall = <T>(call: CallContext, work: () => T): T => storage.run(call, work);
