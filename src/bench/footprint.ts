import { readdir, readFile, readlink } from 'node:fs/promises';
import { usageOf } from './usage.ts';

/** One of them. */
export interface ProcessFootprint {
  readonly pid: number;
  readonly rssMb: number;
  readonly threads: number;
  readonly sockets: number;
}

/** What a process and all below it hold at a moment. */
export interface Footprint {
  readonly each: readonly ProcessFootprint[];
  readonly processes: number;
  /** Proportional set size: memory that processes share is counted once. */
  readonly pssMb: number;
  readonly rssMb: number;
  readonly threads: number;
  readonly sockets: number;
}

/** The footprint of a process and all below it, from Linux's `/proc`; zeros where there is none. */
export async function footprintOf(pid: number | undefined): Promise<Footprint> {
  const family = pid === undefined ? [] : await usageOf(pid);
  const pss = await Promise.all(family.map((one) => pssMbOf(one.pid)));
  const sockets = await Promise.all(family.map((one) => socketsOf(one.pid)));
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    each: family.map(({ pid: of, rssMb, threads }, at) => ({
      ...{ pid: of, rssMb, threads },
      sockets: sockets[at] ?? 0,
    })),
    processes: family.length,
    pssMb: total(pss),
    rssMb: total(family.map(({ rssMb }) => rssMb)),
    threads: total(family.map(({ threads }) => threads)),
    sockets: total(sockets),
  };
}

/** Of a process that has just ended: 0. */
async function pssMbOf(pid: number): Promise<number> {
  return parsePssMb(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => ''));
}

/** @param rollup - `/proc/PID/smaps_rollup`; 0 without a line `Pss:`. */
export function parsePssMb(rollup: string): number {
  const [, kB = '0'] = /^Pss:\s+(\d+) kB$/m.exec(rollup) ?? [];
  return Number(kB) / 1024;
}

async function socketsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** Seconds of CPU time that the whole machine spent idle, over all cores. */
export async function idleCpuS(): Promise<number> {
  return parseIdleS(await readFile('/proc/stat', 'utf8').catch(() => ''));
}

/** @param stat - `/proc/stat`: the fourth and fifth figure of its first line are idle time and the wait for disks. */
export function parseIdleS(stat: string): number {
  const [, ...ticks] = (stat.split('\n', 1)[0] ?? '').split(/\s+/).map(Number);
  return ((ticks[3] ?? 0) + (ticks[4] ?? 0)) / 100;
}
