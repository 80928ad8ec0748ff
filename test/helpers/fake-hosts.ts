import type { HostChild, StartHost } from '../../src/dispatch/host-child.ts';
import type { FromHost, ToHost } from '../../src/dispatch/host-messages.ts';
import type { MainThread } from '../../src/dispatch/main-thread.ts';

/** A host process that a test plays. */
export interface FakeHost {
  readonly number: number;
  readonly heard: readonly ToHost[];
  isAlive: boolean;
  /** Whether it answers pings; default true. */
  answers: boolean;
  /** What it says of its memory. */
  rssMb: number;
  /** What is seen of its main thread. */
  thread: MainThread | undefined;
  /** CPU time so far. */
  cpuMs: number;
  /** How busy its event loop says it is. */
  busy: number;
  say(message: FromHost): void;
  exit(how: string): void;
  /** Ids of the jobs that it was told to start. */
  jobs(): string[];
}

/** Hosts in place of processes: they answer pings, leave when they are told to, and do nothing else by themselves. */
export function fakeHosts(): { startHost: StartHost; all: FakeHost[]; alive(): FakeHost[] } {
  const all: FakeHost[] = [];
  const startHost = (number: number): HostChild => {
    const heard: ToHost[] = [];
    let hearing: (message: FromHost) => void = () => {};
    let exiting: (how: string) => void = () => {};
    const host: FakeHost = {
      ...{ number, heard, isAlive: true, answers: true, rssMb: 100, cpuMs: 0, busy: 0, thread: undefined },
      say: (message) => hearing(message),
      exit(how) {
        if (!host.isAlive) return;
        host.isAlive = false;
        exiting(how);
      },
      jobs: () => heard.flatMap((message) => (message.kind === 'start-call' ? [message.job.id] : [])),
    };
    all.push(host);
    return {
      pid: 1000 + all.length,
      mainThread: () => host.thread,
      send(message) {
        heard.push(message);
        const { rssMb, cpuMs, busy } = host;
        if (message.kind === 'ping' && host.answers)
          hearing({ kind: 'pong', id: message.id, lagMs: 1, rssMb, cpuMs, busy });
      },
      kill: () => host.exit('SIGKILL'),
      onMessage: (hear) => {
        hearing = hear;
      },
      onExit: (hear) => {
        exiting = hear;
      },
    };
  };
  return { startHost, all, alive: () => all.filter(({ isAlive }) => isAlive) };
}
