import type { AgentDispatch } from 'livekit-server-sdk';
import { messageOf } from '../errors.ts';
import type { Lines } from '../observe/lines.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import { type AgentStatus, describeStatus } from './agent-status.ts';
import { atStart, observe, type Progress, workerCame } from './dispatch-machine.ts';
import type { LiveKitClients } from './livekit-clients.ts';
import { type AgentRef, RoomWatcher } from './room-sight.ts';

/** Without a name nothing can be asked for again. */
export interface WatchOptions extends AgentRef {
  clients: LiveKitClients;
  /** Whether somebody could answer; default unknown. */
  lines?(): Promise<Lines>;
  /** Whether an agent of this process's worker is on its way to the room, or back to it: it needs no other. */
  isComing?(room: string): boolean;
  log: Log;
  clock: Clock;
  /** Rooms watched at a time; the least useful one gives way. */
  maxWatches?: number;
}

export interface ExpectedCall {
  /** Dispatch metadata of the token, for a room whose dispatch is gone. */
  metadata: string;
  /** Nobody can join with the token after this. */
  untilMs: number;
}

interface Watch extends ExpectedCall {
  progress: Progress;
  /** Why LiveKit's API could not be asked, the last time. */
  trouble: string | undefined;
  /** As last seen. */
  lines: Lines;
  rooms: RoomWatcher;
  startedMs: number;
  /** A worker has come since the last look. */
  hasNewWorker: boolean;
  isLooking: boolean;
  cancel: () => void;
}

const POLL_MS = 1000;
/** From a worker's registration: the job of who joins right behind it is on its way by then. */
const SETTLE_MS = 300;
/** For a token that nobody has used within `SLOW_AFTER_MS`, and while an agent is there. */
const SLOW_POLL_MS = 5000;
const SLOW_AFTER_MS = 30_000;

/**
 * Sees to it that no caller is left without an agent. livekit-server drops a job for good when no worker is
 * registered, or all are at load ≥ 0.7, at the moment of the join; this watches the rooms that tokens were minted
 * for, and dispatches again while a caller is there and no agent is, at the start and later. Old dispatches stay:
 * deleting one ends its job, and LiveKit lists a job only seconds after a worker took it. Of two agents that come
 * all the same, the second leaves at once (`call/caller.ts`).
 */
export class DispatchWatch {
  readonly #options: Required<WatchOptions>;
  readonly #watches = new Map<string, Watch>();

  constructor(options: WatchOptions) {
    this.#options = { maxWatches: 200, lines: async () => 'unknown', isComing: () => false, ...options };
  }

  /** Starts to watch a room, or goes on when it is watched already. */
  start(room: string, call: ExpectedCall): void {
    const known = this.#watches.get(room);
    if (known) {
      Object.assign(known, call);
      return;
    }
    this.#makeRoom();
    const { clients, clock } = this.#options;
    const watch: Watch = {
      ...call,
      progress: atStart,
      trouble: undefined,
      lines: 'unknown',
      rooms: new RoomWatcher(clients, this.#options),
      startedMs: clock.now(),
      hasNewWorker: false,
      isLooking: false,
      cancel: () => {},
    };
    this.#watches.set(room, watch);
    this.#schedule(room, watch);
  }

  /** What is known of a room's agent; `undefined` when the room is not watched (any more). */
  status(room: string): AgentStatus | undefined {
    const watch = this.#watches.get(room);
    const { agentName, clock } = this.#options;
    return watch && describeStatus(watch, agentName, clock.now());
  }

  /** A worker has registered: the jobs of callers who joined while there was none are lost, so they are asked for now. */
  workerRegistered(): void {
    for (const [room, watch] of this.#watches) {
      watch.hasNewWorker = true;
      if (watch.isLooking) continue;
      watch.cancel();
      this.#schedule(room, watch);
    }
  }

  stop(): void {
    for (const watch of this.#watches.values()) watch.cancel();
    this.#watches.clear();
  }

  #schedule(room: string, watch: Watch): void {
    const { clock } = this.#options;
    const { state } = watch.progress;
    const isUnused = state === 'waiting-for-caller' && clock.now() - watch.startedMs > SLOW_AFTER_MS;
    const usualMs = isUnused || state === 'joined' ? SLOW_POLL_MS : POLL_MS;
    watch.cancel = clock.after(watch.hasNewWorker ? SETTLE_MS : usualMs, () => void this.#poll(room, watch));
  }

  async #poll(room: string, watch: Watch): Promise<void> {
    watch.isLooking = true;
    try {
      await this.#step(room, watch);
      watch.trouble = undefined;
    } catch (error) {
      const { log } = this.#options;
      if (!watch.trouble)
        log.warn({ pii_room: room, err: error }, 'cannot ask LiveKit whether an agent joined');
      watch.trouble = messageOf(error);
    }
    watch.isLooking = false;
    if (this.#watches.get(room) !== watch) return; // stopped or replaced meanwhile
    const { state } = watch.progress;
    const isOver = state === 'waiting-for-caller' && this.#options.clock.now() > watch.untilMs;
    if (isOver) this.#watches.delete(room);
    else this.#schedule(room, watch);
  }

  async #step(room: string, watch: Watch): Promise<void> {
    const { agentName, lines, isComing, clock } = this.#options;
    const nowMs = clock.now();
    if (watch.hasNewWorker) watch.progress = workerCame(watch.progress, nowMs);
    watch.hasNewWorker = false;
    const { sight, dispatches } = await watch.rooms.look(room, nowMs);
    const agent = sight.agent === 'absent' && isComing(room) ? 'starting' : sight.agent;
    watch.lines = sight.callerPresent && agent === 'absent' ? await lines() : 'unknown';
    const seen = { ...sight, agent, lines: watch.lines };
    const { after, ask } = observe(watch.progress, seen, nowMs, agentName !== '');
    watch.progress = after;
    if (ask) await this.#dispatchAgain(room, watch, dispatches);
  }

  async #dispatchAgain(room: string, watch: Watch, old: readonly AgentDispatch[]): Promise<void> {
    const { clients, agentName, deployment, log } = this.#options;
    const metadata = old.at(-1)?.metadata ?? watch.metadata;
    await clients.dispatches.createDispatch(room, agentName, { metadata, deployment });
    log.warn(
      { pii_room: room, agentName, attempts: watch.progress.attempts },
      'no agent joined the caller: dispatched again',
    );
  }

  /** Drops what is least missed: a finished watch, then an unused token, then the oldest. */
  #makeRoom(): void {
    if (this.#watches.size < this.#options.maxWatches) return;
    const states = ['joined', 'waiting-for-caller'];
    const all = [...this.#watches];
    const found = states
      .map((state) => all.find(([, { progress }]) => progress.state === state))
      .find(Boolean);
    const [room, watch] = found ?? all[0] ?? [];
    watch?.cancel();
    if (room !== undefined) this.#watches.delete(room);
  }
}
