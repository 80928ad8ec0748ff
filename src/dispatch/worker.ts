import type { Config } from '../config/schema.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { WorkerFacts } from '../observe/worker-metrics.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import { socketAgentFor } from '../openai/proxy.ts';
import type { FromLiveKit } from './agent-socket.ts';
import { agentToken } from './agent-token.ts';
import type { CallEnd } from './call-end.ts';
import type { StartHost } from './host-child.ts';
import { isToGoOn, type Live, type Recorded } from './host-messages.ts';
import { HostPool } from './host-pool.ts';
import { Jobs } from './jobs.ts';
import { KeptCalls } from './kept-calls.ts';
import { LiveKitLink, lostLiveKit } from './livekit-link.ts';
import { Overload } from './overload.ts';
import type { PoolSize } from './pool-size.ts';
import { Returns } from './returns.ts';
import { createSlots, type Slots } from './slots.ts';
import { registration, workerStatus } from './worker-messages.ts';

/** For a call to say good-bye when it is told to end, and for processes to end after their calls. */
const GOODBYE_WITHIN_MS = 15_000;
const EXIT_WITHIN_MS = 3000;

export interface WorkerParts {
  config: Pick<Config, 'livekit' | 'agent'>;
  size: PoolSize;
  log: Log;
  report: Report;
  onTold?: (told: Live | Recorded) => void;
  startHost: StartHost;
  /** A call is over for good; `reason`: for one whose own process could not tell. */
  onOver?: (callId: string, reason: string) => void;
  /** Hears of each registration with LiveKit. */
  onRegistered?(): void;
  clock?: Clock;
}

/** The registered worker of this process. */
export interface Worker {
  readonly facts: WorkerFacts;
  /** Whether a process is ready to take a call at once. */
  isWarm(): boolean;
  /** No call is taken now: every slot is, or the calls that run keep the machine too busy. */
  isFull(): boolean;
  /** Whether the agent of this room is on its way, or has just come back to it. */
  isComing(roomName: string): boolean;
  /** Serves until `stop`. @throws AppError when LiveKit cannot be reached for 80 s. */
  run(): Promise<void>;
  /** Takes no new calls, waits for the running ones up to `DRAIN_TIMEOUT_MS`, or has them say good-bye at once. */
  stop(options: { drain: boolean }): Promise<void>;
  /** Ends every host process at once. */
  kill(): void;
}

/** Registers with LiveKit, answers its offers by the free slots, and has host processes run the calls. */
export function createWorker(parts: WorkerParts): Worker {
  return new AgentWorker(parts);
}

class AgentWorker implements Worker {
  readonly facts: WorkerFacts;
  readonly #config: WorkerParts['config'];
  readonly #log: Log;
  readonly #report: Report;
  readonly #clock: Clock;
  readonly #slots: Slots;
  readonly #overload: Overload;
  readonly #link: LiveKitLink;
  readonly #pool: HostPool;
  readonly #jobs: Jobs;
  readonly #returns: Returns;
  readonly #onOver: WorkerParts['onOver'];
  #isStopping = false;
  /** Calls are being ended: those that break off do not come back. */
  #isEnding = false;
  /** Told when the last call is over, and when the last process is gone. */
  #onChange = () => {};

  constructor(parts: WorkerParts) {
    const { config, log, clock = systemClock } = parts;
    this.#onOver = parts.onOver;
    this.#config = config;
    this.#log = log;
    this.#report = parts.report;
    this.#clock = clock;
    const onChange = () => this.#changed();
    this.#overload = new Overload({ at: config.agent.overloadAt, clock, log, onChange });
    this.#slots = createSlots(config.agent.maxCalls, onChange, () => this.#overload.isOver);
    this.#pool = this.#createPool(parts);
    this.#link = this.#createLink(parts.onRegistered);
    this.#returns = this.#createReturns();
    this.#jobs = new Jobs({
      ...{ slots: this.#slots, url: config.livekit.url, clock, log, report: parts.report },
      send: (message) => this.#link.send(message),
      take: (job) => this.#returns.begin(job),
      withdraw: (jobId) => this.#returns.withdraw(jobId),
      isStopping: () => this.#isStopping,
    });
    this.facts = {
      slots: config.agent.maxCalls,
      slotsUsed: () => this.#slots.used(),
      isRegistered: () => !this.#isStopping && this.#link.isRegistered(),
      isDraining: () => this.#isStopping,
      isOverloaded: () => this.#overload.isOver,
      hosts: () => this.#pool.hosts,
    };
  }

  readonly isWarm = () => this.#pool.isWarm();
  readonly isFull = () => this.#slots.isFull();
  readonly isComing = (roomName: string) => this.#jobs.isComing(roomName);

  async run(): Promise<void> {
    this.#pool.start();
    try {
      await this.#link.run();
    } catch (error) {
      this.kill();
      throw lostLiveKit(this.#config.livekit.url, error);
    }
  }

  async stop({ drain }: { drain: boolean }): Promise<void> {
    this.#isStopping = true;
    this.#pool.drain();
    this.#tellStatus();
    const isOver = () => this.#slots.used() === 0;
    this.#log.info({ calls: this.#slots.used() }, 'draining');
    const isDrained = drain && (await this.#until(isOver, this.#config.agent.drainTimeoutMs));
    if (!isDrained && !isOver()) {
      if (drain) this.#log.warn({ calls: this.#slots.used() }, 'drain limit reached, ending running calls');
      this.#isEnding = true;
      this.#pool.endCalls('the worker is stopping');
      await this.#until(isOver, GOODBYE_WITHIN_MS);
    }
    this.#pool.stop();
    await this.#until(() => this.#pool.hosts.length === 0, EXIT_WITHIN_MS);
    this.kill();
    this.#link.close();
  }

  kill(): void {
    this.#isEnding = true;
    this.#pool.kill();
  }

  #createPool({ size, startHost, onTold }: WorkerParts): HostPool {
    const { hostMemoryMb, hostRecycleCalls } = this.#config.agent;
    return new HostPool({
      ...{ startHost, size, clock: this.#clock, log: this.#log },
      limits: { memoryMb: hostMemoryMb, recycleCalls: hostRecycleCalls },
      events: {
        onJoined: (jobId) => this.#joined(jobId),
        onCallEnded: (jobId, end) => this.#callEnded(jobId, end),
        onFact: (fact) => this.#report(fact),
        onOfCall: (told) => (isToGoOn(told) ? this.#returns.told(told) : onTold?.(told)),
        onRecall: (jobId, piiCaller) => this.#returns.recall(jobId, piiCaller),
        onHostReady: () => this.#tellStatus(),
        onUsage: () => this.#overload.heard(this.#pool.hosts),
        onHostEnded: (end, process) => {
          this.#report({ fact: 'host-ended', end, process });
          this.#changed();
        },
      },
    });
  }

  #createReturns(): Returns {
    return new Returns({
      ...{ clock: this.#clock, log: this.#log, report: this.#report },
      kept: new KeptCalls({ withinMs: this.#config.agent.resumeWithinMs, clock: this.#clock }),
      token: (job) => agentToken(job, this.#config.livekit),
      take: (job, how) => this.#pool.take(job, how),
      withdraw: (jobId) => this.#pool.withdraw(jobId),
      mayReturn: () => !this.#isEnding,
    });
  }

  #createLink(onRegistered?: () => void): LiveKitLink {
    const { livekit, agent } = this.#config;
    return new LiveKitLink({
      ...{ ...livekit, agent: socketAgentFor(livekit.url), clock: this.#clock, log: this.#log },
      greeting: () => [registration(agent), this.#status()],
      onMessage: (message) => this.#receive(message),
      onLost: () => this.#jobs.forgetOffers(),
      onRegistered: (workerId) => {
        this.#log.info({ workerId, agentName: agent.name, slots: agent.maxCalls }, 'worker registered');
        onRegistered?.();
      },
    });
  }

  #receive(message: FromLiveKit): void {
    if (message.case === 'availability') this.#jobs.offered(message.value);
    else if (message.case === 'assignment') this.#jobs.assigned(message.value);
    else if (message.case === 'termination') this.#jobs.terminated(message.value.jobId);
  }

  #joined(jobId: string): void {
    this.#returns.joined(jobId);
    this.#jobs.joined(jobId);
  }

  #callEnded(jobId: string, end: CallEnd): void {
    if (this.#returns.goesOn(jobId, end)) {
      this.#jobs.broke(jobId);
      return;
    }
    const { reason, ok, isLost, durationMs, cpuMs, host } = end;
    this.#onOver?.(jobId, reason);
    const fields = { callId: jobId, host, reason, durationMs, cpuMs };
    if (isLost) this.#log.error(fields, 'call lost with its host process');
    else if (!ok) this.#log.warn(fields, 'call failed');
    else this.#log.debug(fields, 'call over');
    const how = isLost ? 'lost' : ok ? 'ok' : 'failed';
    if (!this.#jobs.isCheck(jobId)) this.#report({ fact: 'call-over', host, how, durationMs, cpuMs });
    this.#jobs.ended(jobId, end);
  }

  #changed(): void {
    this.#tellStatus();
    this.#onChange();
  }

  #tellStatus(): void {
    this.#link.send(this.#status());
  }

  /** A worker that is still cold takes a call only if no other does. */
  #status() {
    const slots = { load: this.#slots.load(), calls: this.#slots.used() };
    return workerStatus({ isOpen: !this.#isStopping, isWarm: this.#pool.isWarm(), ...slots });
  }

  /** @returns whether it came true in time. */
  #until(isTrue: () => boolean, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (result: boolean) => {
        cancel();
        this.#onChange = () => {};
        resolve(result);
      };
      const cancel = this.#clock.after(withinMs, () => done(false));
      this.#onChange = () => isTrue() && done(true);
      if (isTrue()) done(true);
    });
  }
}
