import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { footprintOf, parseIdleS, parsePssMb } from '../../src/bench/footprint.ts';

test('the proportional set size is read, not one of its parts', () => {
  const rollup = `55d0c0000000-7ffd12345000 ---p 00000000 00:00 0                          [rollup]
Rss:              204800 kB
Pss:              102400 kB
Pss_Dirty:         51200 kB
Pss_Anon:          40960 kB
`;
  expect(parsePssMb(rollup)).toBe(100);
  expect(parsePssMb('')).toBe(0);
});

test('idle time is that of all cores, waits for disks included', () => {
  expect(parseIdleS('cpu  100 0 200 5000 500 0 0 0 0 0\ncpu0 50 0 100 2500 250 0 0 0 0 0\n')).toBe(55);
  expect(parseIdleS('')).toBe(0);
});

test.runIf(process.platform === 'linux')(
  'the footprint holds all processes below, and their sockets',
  async () => {
    const server = createServer().listen(0);
    const child = spawn('sleep', ['60']);
    try {
      const found = await footprintOf(process.pid);
      expect(found.processes).toBeGreaterThanOrEqual(2);
      expect(found.pssMb).toBeGreaterThan(1);
      expect(found.threads).toBeGreaterThan(2);
      expect(found.sockets).toBeGreaterThanOrEqual(1);
    } finally {
      child.kill();
      server.close();
    }
  },
);

test('of no process there is none', async () => {
  expect(await footprintOf(undefined)).toMatchObject({ processes: 0, pssMb: 0, sockets: 0 });
});
