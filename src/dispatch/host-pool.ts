import type { CallFact } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import { Arrivals } from './arrivals.ts';
import { type CallEnd, notStarted } from './call-end.ts';
import type { StartHost } from './host-child.ts';
import type { AssignedJob, CallStart, OfCall } from './host-messages.ts';
import { type HostEnd, HostProcess } from './host-process.ts';
import type { GoingOn } from './kept-calls.ts';
import { freeNumber, hostsToStart, type PoolSize } from './pool-size.ts';
import { StartPace } from './start-pace.ts';

/** A hung process is found within 3 s: its pong is awaited for 2.5 s. */
const CHECK_EVERY_MS = 250;
/** A check that comes later than this: this process stood still, or the machine slept. */
const LATE_MS = 1500;
/** A warm process that is one too many may be of use soon. */
const SURPLUS_AFTER_MS = 60_000;
/** A caller does not wait longer for a process to start. */
const WAIT_FOR_HOST_MS = 30_000;

export interface PoolLimits {
  /** Resident memory from which a host is replaced after its calls; at twice as much it is ended at once. */
  memoryMb: number;
  /** Calls after which it is replaced. */
  recycleCalls: number;
}

export interface PoolEvents {
  onJoined(jobId: string): void;
  onCallEnded(jobId: string, end: CallEnd): void;
  onFact(fact: CallFact): void;
  onOfCall(message: OfCall): void;
  onRecall(jobId: string, piiCaller: string): GoingOn | undefined;
  onHostReady(): void;
  /** One of the processes has told what it takes. */
  onUsage(): void;
  /** A process is gone. */
  onHostEnded(end: HostEnd, number: number): void;
}

export interface PoolParts {
  startHost: StartHost;
  size: PoolSize;
  limits: PoolLimits;
  clock: Clock;
  log: Log;
  events: PoolEvents;
}

interface WaitingJob {
  job: AssignedJob;
  how: CallStart;
  cancel(): void;
}

/** The host processes of this worker: as many as are wanted, each replaced when it ends or should. */
export class HostPool {
  readonly #parts: PoolParts;
  readonly #hosts = new Set<HostProcess>();
  readonly #pace: StartPace;
  readonly #arrivals = new Arrivals();
  #waiting: WaitingJob[] = [];
  #isDraining = false;
  #isStopping = false;
  #checkedMs = 0;
  #cancelCheck = () => {};

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#pace = new StartPace(parts.clock, () => this.#adjust());
  }

  /** Starts processes, all that are wanted at once. */
  start(): void {
    this.#adjust();
    this.#schedule();
  }

  get hosts(): readonly HostProcess[] {
    return [...this.#hosts].sort((a, b) => a.number - b.number);
  }

  isWarm(): boolean {
    return this.hosts.some(({ isReady }) => isReady);
  }

  /** Gives the job to a process, at once or when one is ready. Its end is always told, by `onCallEnded`. */
  take(job: AssignedJob, how: CallStart = {}): void {
    const { clock, events } = this.#parts;
    const cancel = clock.after(WAIT_FOR_HOST_MS, () => {
      if (this.withdraw(job.id))
        events.onCallEnded(job.id, notStarted('no host process became ready', false));
    });
    this.#waiting.push({ job, how, cancel });
    this.#place();
  }

  /** Takes a job back that waits for a process. */
  withdraw(jobId: string): boolean {
    const found = this.#waiting.find(({ job }) => job.id === jobId);
    found?.cancel();
    this.#waiting = this.#waiting.filter((one) => one !== found);
    return found !== undefined;
  }

  /** Has each call say good-bye and end. */
  endCalls(reason: string): void {
    for (const { job } of this.#waiting) {
      this.withdraw(job.id);
      this.#parts.events.onCallEnded(job.id, notStarted(reason, true));
    }
    for (const host of this.#hosts) host.endCalls(reason);
  }

  /** Starts no process that no call waits for. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Lets processes end once their calls are over, and starts no others. */
  stop(): void {
    this.#isStopping = true;
    for (const host of this.#hosts) host.leave('stopped');
  }

  /** Ends every process at once. */
  kill(): void {
    this.#isStopping = true;
    this.#cancelCheck();
    this.#pace.stop();
    for (const host of this.#hosts) host.kill('stopped');
  }

  #schedule(): void {
    const { clock } = this.#parts;
    this.#checkedMs = clock.now();
    this.#cancelCheck = clock.after(CHECK_EVERY_MS, () => this.#check());
  }

  #check(): void {
    const isLate = this.#parts.clock.now() - this.#checkedMs > LATE_MS;
    for (const host of this.#hosts) {
      if (isLate) host.forgive();
      host.check();
    }
    this.#adjust();
    this.#schedule();
  }

  /** Starts what is missing, for later callers when nobody calls just now; ends, after a while, what is one too many. */
  #adjust(): void {
    if (this.#isStopping || (this.#isDraining && this.#waiting.length === 0)) return;
    const { clock, size } = this.#parts;
    const staying = this.hosts.filter(({ isLeaving }) => !isLeaving);
    const callersCome = this.#arrivals.areRecent(clock.now());
    const { wanted, toStart } = hostsToStart(size, staying, this.#waiting.length, callersCome);
    for (let started = 0; started < toStart && this.#pace.mayStart(); started += 1) this.#startOne();
    if (staying.length > wanted)
      staying.findLast(({ idleMs, isReady }) => isReady && idleMs >= SURPLUS_AFTER_MS)?.leave('surplus');
  }

  #startOne(): void {
    const number = freeNumber(this.hosts);
    const { startHost, clock, events } = this.#parts;
    const host = new HostProcess(
      number,
      startHost(number),
      {
        onReady: () => this.#becameReady(host),
        onUsage: () => this.#heardUsage(host),
        onJoined: (_host, jobId) => events.onJoined(jobId),
        onCallEnded: (_host, jobId, end) => this.#callEnded(host, jobId, end),
        onFact: (fact) =>
          events.onFact(fact.fact === 'breaker-changed' ? { ...fact, process: number } : fact),
        onOfCall: (message) => events.onOfCall(message),
        onRecall: (jobId, piiCaller) => events.onRecall(jobId, piiCaller),
        onUnfit: (_host, reason) => this.#replace(host, 'unfit', { reason }),
        onGone: (_host, how) => this.#gone(host, how),
      },
      clock,
    );
    this.#hosts.add(host);
  }

  #becameReady(host: HostProcess): void {
    this.#pace.succeeded();
    this.#parts.log.info({ host: host.number, hostPid: host.pid }, 'host process ready');
    this.#place();
    this.#parts.events.onHostReady();
  }

  /** Calls go to the ready process that has fewest; beyond `HOSTS` busy ones only when those are full. */
  #place(): void {
    const { hosts, callsPerHost } = this.#parts.size;
    while (this.#waiting.length > 0) {
      const open = this.hosts.filter((host) => host.isReady && host.calls < callsPerHost);
      const busy = open.filter(({ calls }) => calls > 0);
      const all = this.hosts.filter(({ calls, isLeaving }) => calls > 0 && !isLeaving).length;
      const [host] = (all >= hosts && busy.length > 0 ? busy : open).sort((a, b) => a.calls - b.calls);
      const next = this.#waiting[0];
      if (!host || !next) break;
      this.withdraw(next.job.id);
      if (next.how.goesOn === undefined) this.#arrivals.came(this.#parts.clock.now());
      host.start(next.job, next.how);
    }
    this.#adjust();
  }

  #callEnded(host: HostProcess, jobId: string, end: CallEnd): void {
    const { events, limits, size } = this.#parts;
    events.onCallEnded(jobId, end);
    const most = size.callsPerHost === 1 ? 1 : limits.recycleCalls;
    if (!end.isLost && host.callsTaken >= most) this.#replace(host, 'recycled', { calls: host.callsTaken });
    this.#place();
  }

  #heardUsage(host: HostProcess): void {
    const { events, limits } = this.#parts;
    const { rssMb } = host.usage;
    events.onUsage();
    if (rssMb < limits.memoryMb) return;
    this.#replace(host, 'memory', { rssMb });
    if (rssMb >= 2 * limits.memoryMb) host.kill('memory');
  }

  #replace(host: HostProcess, end: HostEnd, fields: Record<string, unknown>): void {
    if (host.isLeaving) return;
    const level = end === 'recycled' ? 'info' : 'warn';
    this.#parts.log[level](
      { host: host.number, hostPid: host.pid, end, calls: host.calls, ...fields },
      'host process takes no more calls and is replaced',
    );
    host.leave(end);
    this.#arrivals.forget();
    this.#adjust();
  }

  #gone(host: HostProcess, how: string): void {
    const { log, events } = this.#parts;
    this.#hosts.delete(host);
    this.#arrivals.forget();
    events.onHostEnded(host.end, host.number);
    const fields = { host: host.number, hostPid: host.pid, end: host.end, how };
    if (['recycled', 'surplus', 'stopped'].includes(host.end)) log.debug(fields, 'host process ended');
    else log.error(fields, 'host process ended');
    if (host.end === 'not-ready' && !this.#isStopping) this.#pace.failed();
    this.#place();
  }
}
