import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';
import { attempt } from './attempt.ts';
import { ImageError } from './images.ts';
import { watchHealth } from './probes.ts';
import type { ContainerProcess } from './process.ts';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Handler,
  RestartPolicy,
  Terminated,
} from './types.ts';

/** Kubernetes waits 10 s at first and 5 min at most. */
const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 10_000;
/** Of a container that its probes condemned. */
const RESTART_GRACE_MS = 10_000;

export interface Supervised {
  spec: Container;
  podIP: string;
  restartPolicy: RestartPolicy;
  /** @throws AppError for what keeps it from starting. */
  start(): Promise<ContainerProcess>;
  onChange(): void;
  log(text: string): void;
  /** Waits before another start; cut short by the signal. */
  backOff?(ms: number, signal: AbortSignal): Promise<void>;
}

/** A container of a pod through all its restarts. */
export interface RunningContainer {
  status(): ContainerStatus;
  /** Fulfilled when it ended and is not started again. */
  readonly ended: Promise<void>;
  /** `preStop`, SIGTERM, and SIGKILL after the grace; a later call with less grace counts. */
  stop(graceMs: number): Promise<void>;
}

export function superviseContainer({
  spec,
  podIP,
  restartPolicy,
  start,
  onChange,
  log,
  backOff = pause,
}: Supervised): RunningContainer {
  const status: ContainerStatus = {
    name: spec.name,
    image: spec.image,
    imageID: '',
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: {},
    restartCount: 0,
    started: false,
    ready: false,
  };
  const stopping = new AbortController();
  let running: ContainerProcess | undefined;

  const set = (changes: Partial<ContainerStatus>) => {
    Object.assign(status, changes);
    onChange();
  };

  async function supervise(): Promise<void> {
    for (let backOffMs = FIRST_BACK_OFF_MS; !stopping.signal.aborted; ) {
      const process = await start().catch((error: unknown) => {
        set({ state: waitingFor(error) });
      });
      if (process) {
        const terminated = await runOnce(process);
        if (stopping.signal.aborted || !isRestarted(restartPolicy, terminated)) return;
        const state = { waiting: { reason: 'CrashLoopBackOff', message: `back-off ${backOffMs} ms` } };
        set({ state, lastState: { terminated } });
      }
      await backOff(backOffMs, stopping.signal);
      if (process && !stopping.signal.aborted) status.restartCount += 1;
      backOffMs = Math.min(2 * backOffMs, LONGEST_BACK_OFF_MS);
    }
  }

  async function runOnce(process: ContainerProcess): Promise<Terminated> {
    running = process;
    if (stopping.signal.aborted) process.kill('SIGKILL');
    const startedAt = new Date().toISOString();
    set({ state: { running: { startedAt } }, containerID: `process://${process.pid}` });
    const ended = new AbortController();
    const health = {
      attempt: (handler: Handler, timeoutMs: number) =>
        attempt(handler, { container: spec, podIP, process }, timeoutMs),
      onStarted: () => set({ started: true }),
      onFault: (fault: string) => log(`${spec.name}: ${fault}`),
      onReady: (ready: boolean) => status.ready !== ready && set({ ready }),
      onDead: () => {
        if (!stopping.signal.aborted) void endProcess(process, RESTART_GRACE_MS);
      },
    };
    void watchHealth(spec, health, ended.signal);
    const exitCode = await process.exited;
    ended.abort();
    running = undefined;
    const terminated: Terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt: new Date().toISOString(),
    };
    set({ state: { terminated }, started: false, ready: false });
    return terminated;
  }

  const ended = supervise();
  return {
    status: () => status,
    ended,
    async stop(graceMs) {
      const first = !stopping.signal.aborted;
      stopping.abort();
      const process = running;
      if (!process) return ended;
      const deadline = setTimeout(() => process.kill('SIGKILL'), graceMs);
      const preStop = spec.lifecycle?.preStop;
      if (first && preStop) {
        await attempt(preStop, { container: spec, podIP, process }, graceMs).catch((error: unknown) =>
          log(`${spec.name}: preStop: ${messageOf(error)}`),
        );
      }
      if (first) process.kill('SIGTERM');
      await ended;
      clearTimeout(deadline);
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {});

async function endProcess(process: ContainerProcess, graceMs: number): Promise<void> {
  const deadline = setTimeout(() => process.kill('SIGKILL'), graceMs);
  process.kill('SIGTERM');
  await process.exited;
  clearTimeout(deadline);
}

function isRestarted(policy: RestartPolicy, { exitCode }: Terminated): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function waitingFor(error: unknown): ContainerState {
  const reason = error instanceof ImageError ? 'ImagePullBackOff' : 'CreateContainerConfigError';
  return { waiting: { reason, message: messageOf(error) } };
}
