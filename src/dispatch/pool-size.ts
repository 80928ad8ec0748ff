import type { Config } from '../config/schema.ts';

/** How many host processes there are, and what each holds. */
export interface PoolSize {
  /** Processes that calls are spread over. */
  readonly hosts: number;
  readonly callsPerHost: number;
  /** Warm processes beyond those that have calls. */
  readonly spare: number;
  /** Processes that load at one time, each of which takes a processor: more at once would only all be ready later. */
  readonly loading: number;
}

/** With any spare at all, two processes run when nobody calls: a burst is spread, and the loss of one costs no start. */
const LEAST_WITH_SPARE = 2;

/** A process takes memory before its first call: no second one for fewer calls than these, whatever the cores. */
const LEAST_CALLS = 4;

/**
 * Share of its time in which the event loop of a process with calls is busy, from which another one is not loaded beside it: one that
 * calls are to be spread over, and one that would only be spare.
 */
const BUSY = { beforeSpread: 0.8, beforeSpare: 0.5 };

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
    loading: cores,
  };
}

/** A process that takes calls, or will once it is loaded. */
interface Staying {
  readonly calls: number;
  readonly isReady: boolean;
  /** The most that its event loop was busy of late, 0 to 1. */
  readonly busyOfLate: number;
}

/**
 * How many processes there should be, and how many of the missing ones to start now.
 *
 * @param waiting - calls that wait for a process.
 * @param callersCome - callers begin to talk at this moment.
 * @returns none to start now where there is room for the next caller, and callers come, or two processes are there and the
 * calls of one keep it busy: to load another takes the processor time that they lack, for as many seconds as they lack it.
 */
export function hostsToStart(
  size: PoolSize,
  staying: readonly Staying[],
  waiting: number,
  callersCome: boolean,
): { wanted: number; toStart: number } {
  const busy = staying.filter(({ calls }) => calls > 0).length;
  const calls = staying.reduce((sum, host) => sum + host.calls, waiting);
  const wanted = wantedHosts(size, busy, calls);
  const hasRoom = staying.some((host) => host.isReady && host.calls < size.callsPerHost);
  const most = staying.length < size.hosts ? BUSY.beforeSpread : BUSY.beforeSpare;
  if (hasRoom && (callersCome || areBusy(staying, most))) return { wanted, toStart: 0 };
  const loading = staying.filter(({ isReady }) => !isReady).length;
  return { wanted, toStart: Math.max(0, Math.min(wanted - staying.length, size.loading - loading)) };
}

const areBusy = (staying: readonly Staying[], most: number): boolean =>
  staying.length >= LEAST_WITH_SPARE &&
  staying.some(({ calls, busyOfLate }) => calls > 0 && busyOfLate >= most);

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

/** The smallest number, 1 and up, that none of them has. */
export function freeNumber(hosts: readonly { readonly number: number }[]): number {
  const taken = new Set(hosts.map(({ number }) => number));
  let number = 1;
  while (taken.has(number)) number += 1;
  return number;
}
