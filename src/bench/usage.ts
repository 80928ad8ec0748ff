import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks of Linux, as `/proc` counts CPU time. */
const TICKS_PER_S = 100;
const PAGE_MB = 4096 / 2 ** 20;

/** CPU time and memory of one process at a moment. */
export interface ProcessUsage {
  readonly pid: number;
  readonly parent: number;
  readonly cpuS: number;
  /** CPU time of children that have ended, and of theirs. */
  readonly endedCpuS: number;
  readonly rssMb: number;
  readonly threads: number;
}

/** A process and all below it, from `/proc`; empty where there is none. */
export async function usageOf(pid: number | undefined): Promise<ProcessUsage[]> {
  const all = await allProcesses();
  const family = new Set([pid]);
  const found: ProcessUsage[] = [];
  // A parent has the lower number, but for the rare wrap-around.
  for (const one of all.sort((a, b) => a.pid - b.pid)) {
    if (!family.has(one.pid) && !family.has(one.parent)) continue;
    family.add(one.pid);
    found.push(one);
  }
  return found;
}

/** CPU seconds that a process and all below it have spent, those that have ended included: it never falls. */
export async function cpuOf(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  return (await usageOf(pid)).reduce((sum, { cpuS, endedCpuS }) => sum + cpuS + endedCpuS, 0);
}

/** CPU seconds between two moments, of all processes, and the memory of the one that used most: the call's. */
export function usageBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[]) {
  const used = after.map((now) => {
    const then = before.find(({ pid }) => pid === now.pid);
    return { cpuS: now.cpuS - (then?.cpuS ?? 0), rssMb: now.rssMb };
  });
  const busiest = used.toSorted((a, b) => b.cpuS - a.cpuS)[0];
  return busiest && { cpuS: used.reduce((sum, { cpuS }) => sum + cpuS, 0), rssMb: busiest.rssMb };
}

async function allProcesses(): Promise<ProcessUsage[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.filter(Boolean).map(parseStat);
}

/** The program's name, in brackets, may hold anything. */
export function parseStat(stat: string): ProcessUsage {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = (at: number) => (fields[at] ?? 0) + (fields[at + 1] ?? 0);
  const [parent = 0, threads = 0, pages = 0] = [fields[1], fields[17], fields[21]];
  return {
    pid: Number.parseInt(stat, 10),
    parent,
    cpuS: ticks(11) / TICKS_PER_S,
    endedCpuS: ticks(13) / TICKS_PER_S,
    rssMb: pages * PAGE_MB,
    threads,
  };
}
