import { expect, test } from 'vitest';
import type { ChildExit, Service } from '../../src/dev/child.ts';
import { supervise } from '../../src/dev/supervise.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A program whose starts are counted and whose ends are called by the test. */
function program() {
  let end = (_exit: Partial<ChildExit>) => {};
  let starts = 0;
  const start = (): Service => {
    starts += 1;
    const exited = new Promise<ChildExit>((resolve) => {
      end = (exit) => resolve({ code: 0, signal: null, lastLines: [], ...exit });
    });
    const stop = async () => {
      end({ signal: 'SIGTERM', code: null });
      await exited;
    };
    return {
      pid: 100 + starts,
      exited,
      ready: Promise.resolve(),
      stop,
      kill: () => end({ signal: 'SIGKILL' }),
    };
  };
  return { start, starts: () => starts, crash: (exit: Partial<ChildExit> = { code: 1 }) => end(exit) };
}

function supervised() {
  const said: string[] = [];
  const pauses: number[] = [];
  let nowMs = 0;
  const app = program();
  const service = supervise({
    name: 'worker',
    start: app.start,
    say: (text) => said.push(text),
    pause: async (ms) => {
      pauses.push(ms);
    },
    now: () => nowMs,
  });
  const crash = async (exit?: Partial<ChildExit>) => {
    app.crash(exit);
    await settle();
  };
  return { ...app, service, said, pauses, crash, pass: (ms: number) => (nowMs += ms) };
}

test('a crash is told with the last words, and the program runs again', async () => {
  const { crash, said, starts, service } = supervised();
  await crash({ code: 1, lastLines: ['Error: boom'] });
  expect(said).toEqual([
    'worker ended (exit code 1); its last lines:\n  Error: boom',
    'worker runs again (pid 102)',
  ]);
  expect(starts()).toBe(2);
  expect(service.pid()).toBe(102);
});

test('pauses grow until it is given up', async () => {
  const { crash, said, starts, pauses } = supervised();
  for (let crashes = 0; crashes < 6; crashes++) await crash();
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
  expect(starts()).toBe(6);
  expect(said.at(-1)).toBe('worker is given up; a source change starts it again');
});

test('who ran for long has not crashed at its start', async () => {
  const { crash, pass, pauses } = supervised();
  for (let crashes = 0; crashes < 8; crashes++) {
    pass(31_000);
    await crash();
  }
  expect(new Set(pauses)).toEqual(new Set([500]));
});

test('a restart is at once, and forgives', async () => {
  const { crash, service, starts, pauses } = supervised();
  await crash();
  await crash();
  await service.restart();
  await settle();
  expect(starts()).toBe(4);
  await crash();
  expect(pauses).toEqual([500, 1000, 500]);
});

test('what was given up is started by a restart, and its next crash counts', async () => {
  const { crash, service, starts, pauses } = supervised();
  for (let crashes = 0; crashes < 6; crashes++) await crash();
  await service.restart();
  await settle();
  expect(starts()).toBe(7);
  await crash();
  expect(starts()).toBe(8);
  expect(pauses.at(-1)).toBe(500);
});

test('after the stop nothing starts and nothing is told', async () => {
  const { service, starts, said } = supervised();
  await service.stop();
  await settle();
  expect(starts()).toBe(1);
  expect(said).toEqual([]);
});

test('a stop during the pause after a crash holds', async () => {
  const app = program();
  const service = supervise({
    name: 'worker',
    start: app.start,
    say: () => {},
    pause: () => new Promise(() => {}),
  });
  app.crash();
  await settle();
  await service.stop();
  await settle();
  expect(app.starts()).toBe(1);
});
