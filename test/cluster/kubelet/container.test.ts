import { afterEach, expect, test, vi } from 'vitest';
import { type Supervised, superviseContainer } from './container.ts';
import { ImageError } from './images.ts';
import type { ContainerProcess } from './process.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A program that ends when it is told with which code, or by SIGKILL; of SIGTERM it only takes note. */
function program() {
  const signals: string[] = [];
  let end = (_code: number) => {};
  const exited = new Promise<number>((resolve) => {
    end = resolve;
  });
  const process: ContainerProcess = {
    pid: 42,
    exited,
    exec: async () => 0,
    kill(signal) {
      signals.push(signal);
      if (signal === 'SIGKILL') end(137);
    },
  };
  return { process, signals, end };
}

function supervise(starts: (ContainerProcess | Error)[], options: Partial<Supervised> = {}) {
  const left = [...starts];
  const backOffs: number[] = [];
  const container = superviseContainer({
    spec: { name: 'a', image: 'a' },
    podIP: '10.244.0.10',
    restartPolicy: 'Always',
    async start() {
      const next = left.shift();
      if (next instanceof Error || !next) throw next ?? new Error('nothing more to start');
      return next;
    },
    onChange: () => {},
    log: () => {},
    backOff: async (ms, signal) => {
      backOffs.push(ms);
      // Nothing more is planned: wait for the end.
      if (left.length === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    ...options,
  });
  return { container, backOffs, status: container.status };
}

test('a running container is ready when no probe says otherwise', async () => {
  const { status, container } = supervise([program().process]);
  await vi.waitFor(() => expect(status().ready).toBe(true));
  expect(status()).toMatchObject({ started: true, restartCount: 0, containerID: 'process://42' });
  await container.stop(0);
  expect(status()).toMatchObject({ ready: false, state: { terminated: { exitCode: 137, reason: 'Error' } } });
});

test('one that ends is started again, later each time', async () => {
  const [first, second, third] = [program(), program(), program()];
  const { status, backOffs, container } = supervise([first.process, second.process, third.process]);
  first.end(1);
  second.end(2);
  await vi.waitFor(() => expect(status().restartCount).toBe(2));
  await vi.waitFor(() => expect(status().state.running).toBeDefined());
  expect(backOffs).toEqual([500, 1000]);
  expect(status().lastState.terminated?.exitCode).toBe(2);
  await container.stop(0);
});

test.each([
  ['Never', 1, 0],
  ['Never', 0, 0],
  ['OnFailure', 0, 0],
  ['OnFailure', 1, 1],
] as const)('restartPolicy %s after exit code %i: %i back-offs', async (restartPolicy, code, count) => {
  const { process, end } = program();
  const { container, backOffs, status } = supervise([process], { restartPolicy });
  end(code);
  await vi.waitFor(() => expect(status().state.running).toBeUndefined());
  await (count === 0 ? container.ended : vi.waitFor(() => expect(backOffs).toHaveLength(count)));
  expect(backOffs).toHaveLength(count);
  await container.stop(0);
});

test.each([
  ['ImagePullBackOff', new ImageError('no program')],
  ['CreateContainerConfigError', new Error('no secret')],
])('what keeps it from starting is told: %s', async (reason, error) => {
  const { status, container } = supervise([error]);
  await vi.waitFor(() => expect(status().state.waiting).toEqual({ reason, message: error.message }));
  await container.stop(0);
  expect(status().restartCount).toBe(0);
});

test('to stop is preStop, one SIGTERM, and SIGKILL when the grace is over', async () => {
  vi.useFakeTimers();
  const { process, signals } = program();
  const hooks: string[][] = [];
  process.exec = async (command) => {
    hooks.push([...command]);
    expect(signals).toEqual([]);
    return 0;
  };
  const lifecycle = { preStop: { exec: { command: ['bye'] } } };
  const { container, status } = supervise([process], { spec: { name: 'a', image: 'a', lifecycle } });
  await vi.waitFor(() => expect(status().ready).toBe(true));
  void container.stop(60_000);
  await vi.advanceTimersByTimeAsync(1000);
  void container.stop(5000);
  await vi.advanceTimersByTimeAsync(4000);
  expect({ hooks, signals }).toEqual({ hooks: [['bye']], signals: ['SIGTERM'] });
  await vi.advanceTimersByTimeAsync(1000);
  expect(signals).toEqual(['SIGTERM', 'SIGKILL']);
  await container.ended;
});
