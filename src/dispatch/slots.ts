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
  /** Takes a slot for the job; `false` when full, or the job has one. */
  take(jobId: string): boolean;
  free(jobId: string): void;
  used(): number;
  /** No call is taken now: every slot is, or the machine carries no more. */
  isFull(): boolean;
  /** 0 … 0.65 while a call is taken, 1 when none is. */
  load(): number;
}

/**
 * @param onChange - told after each change of what is used.
 * @param isOverloaded - whether the calls that run are as many as the machine carries.
 */
export function createSlots(
  maxCalls: number,
  onChange: () => void = () => {},
  isOverloaded: () => boolean = () => false,
): Slots {
  const taken = new Set<string>();
  const used = () => taken.size;
  const isFull = () => used() >= maxCalls || isOverloaded();
  return {
    all: maxCalls,
    used,
    isFull,
    take(jobId) {
      if (taken.has(jobId) || isFull()) return false;
      taken.add(jobId);
      onChange();
      return true;
    },
    free(jobId) {
      if (taken.delete(jobId)) onChange();
    },
    load: () => (isFull() ? FULL_LOAD : (used() / maxCalls) * LAST_SLOT_LOAD),
  };
}
