import type { Config } from '../config/schema.ts';

/** How many host processes there are, and what each holds. */
export interface PoolSize {
  /** Processes that calls are spread over. */
  readonly hosts: number;
  readonly callsPerHost: number;
  /** Warm processes beyond those that have calls. */
  readonly spare: number;
}

/** With any spare at all, two processes run when nobody calls: a burst is spread, and the loss of one costs no start. */
const LEAST_WITH_SPARE = 2;

/** A process takes memory before its first call: no second one for fewer calls than these, whatever the cores. */
const LEAST_CALLS = 4;

/** By the settings; without `HOSTS`, one process a core, as far as there are calls for them, and enough for all calls. */
export function poolSize(
  { maxCalls, hosts, callsPerHost, spareHosts }: Config['agent'],
  cores: number,
): PoolSize {
  const enough = Math.ceil(maxCalls / callsPerHost);
  return {
    hosts: hosts ?? Math.max(Math.min(cores, Math.ceil(maxCalls / LEAST_CALLS)), enough),
    callsPerHost,
    spare: spareHosts,
  };
}

/**
 * How many processes should take calls now, those that start included.
 *
 * @param busy - processes that have calls.
 * @param calls - calls that they have, and calls that wait for a process.
 */
export function wantedHosts({ hosts, callsPerHost, spare }: PoolSize, busy: number, calls: number): number {
  const forNextCall = Math.ceil((calls + 1) / callsPerHost);
  const atRest = spare > 0 ? LEAST_WITH_SPARE : 1;
  return Math.min(hosts + spare, Math.max(atRest, busy + spare, forNextCall));
}
