import type { CallFact } from '../observe/facts.ts';
import type { HostFacts, HostUsage } from '../observe/host-metrics.ts';
import type { Clock } from '../openai/clock.ts';
import type { CallEnd } from './call-end.ts';
import type { HostChild } from './host-child.ts';
import type { AssignedJob, CallStart, FromHost, OfCall } from './host-messages.ts';
import type { GoingOn } from './kept-calls.ts';
import { ANSWERS, isLate, type MainThread, STARTS } from './main-thread.ts';
import { RecentMost } from './recent-most.ts';

/** From its last call to its end. */
const EXIT_WITHIN_MS = 10_000;

/** Why a host process is replaced, or ended: labels of a metric. */
export type HostEnd =
  | 'crashed'
  | 'hung'
  | 'memory'
  | 'not-ready'
  | 'unfit'
  | 'recycled'
  | 'surplus'
  | 'stopped';

export interface HostEvents {
  onReady(host: HostProcess): void;
  onUsage(host: HostProcess): void;
  onJoined(host: HostProcess, jobId: string): void;
  onCallEnded(host: HostProcess, jobId: string, end: CallEnd): void;
  onFact(fact: CallFact): void;
  /** What a call needs to go on elsewhere. */
  onOfCall(message: OfCall): void;
  onRecall(jobId: string, piiCaller: string): GoingOn | undefined;
  onUnfit(host: HostProcess, reason: string): void;
  /** The process is gone; its calls were told as ended. `how`: exit code or signal. */
  onGone(host: HostProcess, how: string): void;
}

interface Call {
  startedMs: number;
  cpuMs: number;
}

/** One host process: what it runs, whether it answers, and why it is to end. */
export class HostProcess {
  readonly number: number;
  /** Calls that it was ever given. */
  callsTaken = 0;
  usage: HostUsage = { lagMs: 0, rssMb: 0, cpuMs: 0, busy: 0 };
  #hasUsage = false;
  readonly #recentBusy = new RecentMost();
  readonly #child: HostChild;
  readonly #events: HostEvents;
  readonly #clock: Clock;
  readonly #calls = new Map<string, Call>();
  #isReady = false;
  #end: HostEnd | undefined;
  #pings = 0;
  /** When it was asked whether it lives, while no answer has come. */
  #pingedMs: number | undefined;
  /** When it last said anything, the question itself at first. */
  #signOfLifeMs = 0;
  #threadAtSign: MainThread | undefined;
  /** Since when it has no call: since its start, its last call, or since it was told to end. */
  #idleSinceMs: number;

  constructor(number: number, child: HostChild, events: HostEvents, clock: Clock) {
    this.number = number;
    this.#child = child;
    this.#events = events;
    this.#clock = clock;
    this.#idleSinceMs = clock.now();
    child.onMessage((message) => this.#receive(message));
    child.onExit((how) => {
      // It takes no more calls, those that its end breaks off least of all.
      this.#end = this.end;
      for (const jobId of [...this.#calls.keys()])
        this.#callEnded(jobId, {
          reason: `its host process ended (${this.end}, ${how})`,
          ok: false,
          isLost: true,
          broke: true,
          isCutOff: false,
        });
      events.onGone(this, how);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get calls(): number {
    return this.#calls.size;
  }

  get jobs(): HostFacts['jobs'] {
    const nowMs = this.#clock.now();
    return [...this.#calls].map(([id, { startedMs }]) => ({ id, ageMs: Math.round(nowMs - startedMs) }));
  }

  /** Warm and open for calls. */
  get isReady(): boolean {
    return this.#isReady && this.#end === undefined;
  }

  /** Takes no more calls, and ends after those that it has. */
  get isLeaving(): boolean {
    return this.#end !== undefined;
  }

  /** Why it ended; one that nobody asked to end has crashed. */
  get end(): HostEnd {
    return this.#end ?? (this.#isReady ? 'crashed' : 'not-ready');
  }

  /** The most that its event loop was busy in the last seconds, 0 to 1. */
  get busyOfLate(): number {
    return this.#recentBusy.valueAt(this.#clock.now());
  }

  /** How long it has been without a call. */
  get idleMs(): number {
    return this.calls > 0 ? 0 : this.#clock.now() - this.#idleSinceMs;
  }

  start(job: AssignedJob, how: CallStart): void {
    this.#calls.set(job.id, { startedMs: this.#clock.now(), cpuMs: 0 });
    this.callsTaken += 1;
    this.#child.send({ kind: 'start-call', job, ...how });
  }

  endCalls(reason: string): void {
    for (const jobId of this.#calls.keys()) this.#child.send({ kind: 'end-call', jobId, reason });
  }

  /** Lets it finish its calls; it takes no more. One that still loads its modules would not hear of it, and is ended. */
  leave(end: HostEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    if (this.#isReady) this.#child.send({ kind: 'drain' });
    else this.#child.kill();
    this.#idleSinceMs = this.#clock.now();
  }

  kill(end: HostEnd): void {
    this.#end = end;
    this.#child.kill();
  }

  /** Asks whether it lives; ends it when it has not answered, not become ready, or not ended in time. */
  check(): void {
    const nowMs = this.#clock.now();
    if (this.isLeaving && this.idleMs >= EXIT_WITHIN_MS) this.#child.kill();
    else if (!this.#isReady) {
      if (isLate(this.idleMs, STARTS, this.#child)) this.kill('not-ready');
    } else if (this.#pingedMs === undefined) {
      this.#pings += 1;
      this.#pingedMs = nowMs;
      this.#lives();
      this.#child.send({ kind: 'ping', id: this.#pings });
    } else {
      // One that has more to do than it can tells of its calls before it answers: to end it would break them off.
      const waitedMs = nowMs - this.#pingedMs;
      const silentMs = waitedMs < ANSWERS.starvedWithinMs ? nowMs - this.#signOfLifeMs : waitedMs;
      if (isLate(silentMs, { ...ANSWERS, before: this.#threadAtSign }, this.#child)) this.kill('hung');
    }
  }

  #lives(): void {
    this.#signOfLifeMs = this.#clock.now();
    this.#threadAtSign = this.#child.mainThread();
  }

  /** Counts the wait for its answer from now on: this process itself stood still, and could not hear it. */
  forgive(): void {
    if (this.#pingedMs === undefined) return;
    this.#pingedMs = this.#clock.now();
    this.#signOfLifeMs = this.#pingedMs;
  }

  #receive(message: FromHost): void {
    if (this.#pingedMs !== undefined) this.#lives();
    switch (message.kind) {
      case 'ready':
        this.#isReady = true;
        this.#events.onReady(this);
        break;
      case 'pong':
        this.#answered(message);
        break;
      case 'call-joined':
        this.#events.onJoined(this, message.jobId);
        break;
      case 'call-ended':
        this.#callEnded(message.jobId, {
          ...{ reason: message.reason, ok: message.ok, isLost: false },
          broke: message.broke ?? false,
          ...{ isCutOff: message.isCutOff ?? false, mayComeBack: message.mayComeBack },
        });
        break;
      case 'recall': {
        const { jobId, piiCaller } = message;
        this.#child.send({ kind: 'recalled', jobId, goesOn: this.#events.onRecall(jobId, piiCaller) });
        break;
      }
      case 'prompt':
      case 'conversation':
      case 'live':
      case 'record':
        this.#events.onOfCall(message);
        break;
      case 'fact':
        this.#events.onFact(message.fact);
        break;
      case 'unfit':
        this.#events.onUnfit(this, message.reason);
    }
  }

  #answered({ id, lagMs, rssMb, cpuMs, busy }: HostUsage & { id: number }): void {
    if (id === this.#pings) this.#pingedMs = undefined;
    // The first answer holds what its start took.
    const shareMs = this.#hasUsage ? (cpuMs - this.usage.cpuMs) / Math.max(1, this.calls) : 0;
    this.#hasUsage = true;
    for (const call of this.#calls.values()) call.cpuMs += shareMs;
    this.usage = { lagMs, rssMb, cpuMs, busy };
    this.#recentBusy.add(busy, this.#clock.now());
    this.#events.onUsage(this);
  }

  #callEnded(jobId: string, how: Omit<CallEnd, 'host' | 'durationMs' | 'cpuMs'>): void {
    const call = this.#calls.get(jobId);
    if (!call) return;
    this.#calls.delete(jobId);
    const nowMs = this.#clock.now();
    this.#idleSinceMs = nowMs;
    this.#events.onCallEnded(this, jobId, {
      ...how,
      host: this.number,
      durationMs: Math.round(nowMs - call.startedMs),
      cpuMs: Math.round(call.cpuMs),
    });
  }
}
