import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cpuOf, parseStat, usageBetween } from '../../src/bench/usage.ts';

// As Linux writes it; the name in brackets may hold spaces and brackets.
const STAT =
  '4242 (node (a) b) S 4000 4242 4242 0 -1 4194560 100 0 0 0 150 50 30 20 20 0 11 0 99 1000000 25600 18446744073709551615 1 1';

test('CPU time, memory and threads are read, whatever the program is called', () => {
  expect(parseStat(STAT)).toEqual({
    pid: 4242,
    parent: 4000,
    cpuS: 2,
    endedCpuS: 0.5,
    rssMb: 100,
    threads: 11,
  });
});

test('CPU is counted over all processes, memory in the busiest: the call', () => {
  const at = (pid: number, cpuS: number, rssMb: number) => ({
    pid,
    parent: 1,
    cpuS,
    endedCpuS: 0,
    rssMb,
    threads: 1,
  });
  const usage = usageBetween(
    [at(1, 10, 100), at(2, 1, 150)],
    [at(1, 11, 100), at(2, 6, 230), at(3, 0.5, 90)],
  );
  expect(usage).toEqual({ cpuS: 6.5, rssMb: 230 });
  expect(usageBetween([], [])).toBeUndefined();
});

test.runIf(process.platform === 'linux')('CPU time of children that have ended still counts', async () => {
  const before = await cpuOf(process.pid);
  spawnSync('sh', ['-c', 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done']);
  expect(await cpuOf(process.pid)).toBeGreaterThan(before);
  expect(await cpuOf(undefined)).toBe(0);
});
