/**
 * livekit-server stops offering jobs to a worker whose load reaches its `agents.target_load`, 0.7 by default, and
 * drops a job for good when all workers are there. A worker with a free slot therefore stays below it.
 */
export const FULL_LOAD = 1;
const LAST_SLOT_LOAD = 0.65;
/** Of a worker whose first caller would wait for a process to start. */
export const COLD_LOAD = LAST_SLOT_LOAD;

/** Call slots: one is taken as a job is accepted, and free again when its call is over. */
export interface Slots {
  readonly all: number;
  /** Takes a slot for the job; `false` when none is free. */
  take(jobId: string): boolean;
  free(jobId: string): void;
  used(): number;
  /** 0 … 0.65 while a slot is free, 1 when none is. */
  load(): number;
}

/** @param onChange - told after each change of what is used. */
export function createSlots(maxCalls: number, onChange: () => void = () => {}): Slots {
  const taken = new Set<string>();
  const used = () => taken.size;
  return {
    all: maxCalls,
    used,
    take(jobId) {
      if (taken.has(jobId) || used() >= maxCalls) return false;
      taken.add(jobId);
      onChange();
      return true;
    },
    free(jobId) {
      if (taken.delete(jobId)) onChange();
    },
    load: () => (used() >= maxCalls ? FULL_LOAD : (used() / maxCalls) * LAST_SLOT_LOAD),
  };
}
