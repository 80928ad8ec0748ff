import { expect, test } from 'vitest';
import { forkHosts } from '../../src/dispatch/host-child.ts';
import type { FromHost } from '../../src/dispatch/host-messages.ts';
import { useProgramFolder } from '../helpers/programs.ts';

const folder = useProgramFolder();

const ECHO = `
process.on('message', ({ kind, id }) => {
  if (kind === 'ping') process.send({ kind: 'pong', id, lagMs: 0, rssMb: Number(process.argv[2]), cpuMs: 0, busy: 0 });
  if (kind === 'drain') process.disconnect();
});
process.send({ kind: 'ready' });`;

test('a host is a process that is told its number, answers, and ends', async () => {
  const start = forkHosts(folder.program('host', 'main.mjs', ECHO));
  const host = start(7);
  const heard: FromHost[] = [];
  await new Promise<void>((resolve) => {
    host.onMessage((message) => {
      heard.push(message);
      if (message.kind === 'ready') host.send({ kind: 'ping', id: 1 });
      else resolve();
    });
  });
  expect(heard).toEqual([{ kind: 'ready' }, { kind: 'pong', id: 1, lagMs: 0, rssMb: 7, cpuMs: 0, busy: 0 }]);
  const ended = new Promise((resolve) => host.onExit(resolve));
  host.send({ kind: 'drain' });
  expect(await ended).toBe('exit code 0');
  host.send({ kind: 'drain' });
});

test('one that is killed says so, and one that fails says how', async () => {
  const start = forkHosts(folder.program('host', 'stays.mjs', ECHO));
  const killed = start(1);
  const signal = new Promise((resolve) => killed.onExit(resolve));
  killed.kill();
  expect(await signal).toBe('SIGKILL');
  const failing = forkHosts(folder.program('host', 'fails.mjs', 'process.exit(3)'))(2);
  expect(await new Promise((resolve) => failing.onExit(resolve))).toBe('exit code 3');
});

test('a host keeps few heaps, and the rest of the environment', async () => {
  const TELL =
    "process.send({ kind: 'unfit', reason: process.env.MALLOC_ARENA_MAX + ' ' + process.env.PATH });";
  const host = forkHosts(folder.program('host', 'heaps.mjs', TELL))(1);
  const heard = await new Promise((resolve) => host.onMessage(resolve));
  expect(heard).toEqual({ kind: 'unfit', reason: `2 ${process.env.PATH}` });
});
