/**
 * livekit-server stops offering jobs to a worker whose load reaches its `agents.target_load`, 0.7 by default, and
 * drops a job for good when all workers are there. A worker with a free slot therefore stays below it.
 */
const FULL_LOAD = 1;
const LAST_SLOT_LOAD = 0.65;

/** How long an accepted job may take to become a running one before its slot counts as free again. */
const START_TIMEOUT_MS = 60_000;

/** Call slots: running calls as the framework sees them, plus those accepted that are not running yet. */
export interface Slots {
  /** Takes a slot for the job; `false` when none is free. */
  take(jobId: string): boolean;
  /** 0 … 0.65 while a slot is free, 1 when none is. */
  load(): number;
  used(): number;
}

/**
 * @param runningJobIds - ids of the jobs that run now.
 * @param now - milliseconds, monotonic.
 */
export function createSlots(
  maxCalls: number,
  runningJobIds: () => readonly string[],
  now: () => number = () => performance.now(),
): Slots {
  const accepted = new Map<string, number>();
  const used = () => {
    const running = runningJobIds();
    for (const [id, at] of accepted) {
      if (running.includes(id) || now() - at > START_TIMEOUT_MS) accepted.delete(id);
    }
    return running.length + accepted.size;
  };
  return {
    used,
    take(jobId) {
      if (used() >= maxCalls) return false;
      accepted.set(jobId, now());
      return true;
    },
    load() {
      const taken = used();
      return taken >= maxCalls ? FULL_LOAD : (taken / maxCalls) * LAST_SLOT_LOAD;
    },
  };
}
