import {
  type AvailabilityRequest,
  AvailabilityResponse,
  type Job,
  type JobAssignment,
  JobStatus,
  UpdateJobStatus,
} from '@livekit/protocol';
import { isCheckCall } from '../config/check-call.ts';
import { CHECK_ROOM_PREFIX } from '../config/check-room.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import type { ToLiveKit } from './agent-socket.ts';
import type { CallEnd } from './call-end.ts';
import type { AssignedJob } from './host-messages.ts';
import type { Slots } from './slots.ts';

/** From an accepted offer to its assignment. livekit-server itself gives up after 3 s. */
const ASSIGNED_WITHIN_MS = 10_000;

export interface JobsParts {
  slots: Slots;
  /** LiveKit's URL, for assignments that name none. */
  url: string;
  clock: Clock;
  log: Log;
  report: Report;
  send(message: ToLiveKit): void;
  /** Runs a call; `ended` is told its end. */
  take(job: AssignedJob): void;
  /** Takes a job back whose call has not begun; `false` when it has. */
  withdraw(jobId: string): boolean;
  isStopping(): boolean;
}

/** After an agent is back in its room, until everybody has seen it there. */
const SETTLED_AFTER_MS = 5000;

/** An accepted offer that waits for its assignment, or a call. */
type KnownJob = {
  room: string;
  /** By `check`: counted nowhere. */
  isCheck: boolean;
} & (
  | { state: 'accepted'; cancel(): void }
  | { state: 'coming'; isAgain: boolean }
  | { state: 'joined'; settledAtMs: number }
);

const WHY = {
  stopping: 'the worker is stopping',
  full: 'every call slot is taken',
  overload: 'the calls that run keep the machine too busy for another one (OVERLOAD_AT)',
} as const;

/** The identity that the agent of a job joins with. */
const identityOf = (jobId: string): string => `agent-${jobId}`;

/**
 * The jobs of this worker, from LiveKit's offer to the end of the call; each holds a slot. Offers are answered at once:
 * livekit-server waits less than 3 s for all workers that it asks, and one that stays silent loses the job.
 */
export class Jobs {
  readonly #parts: JobsParts;
  readonly #known = new Map<string, KnownJob>();

  constructor(parts: JobsParts) {
    this.#parts = parts;
  }

  offered({ job }: AvailabilityRequest): void {
    if (!job) return;
    const { log, slots } = this.#parts;
    const fields = { callId: job.id, slotsUsed: slots.used(), pii_room: job.room?.name };
    const room = job.room?.name ?? '';
    const terminate = !this.#known.has(job.id) && this.isComing(room);
    const available = !terminate && this.#accept(job);
    const answer = { jobId: job.id, available, terminate, participantIdentity: identityOf(job.id) };
    this.#parts.send({ case: 'availability', value: new AvailabilityResponse(answer) });
    if (terminate) log.info(fields, 'job ended before it began: the agent of its room is on its way');
    else if (available) log.info(fields, 'job accepted');
    else if (!isInCheckRoom(job)) this.#refused(fields);
  }

  #refused(fields: object): void {
    const { isStopping, log, report, slots } = this.#parts;
    const why = isStopping() ? 'stopping' : slots.used() < slots.all ? 'overload' : 'full';
    log.warn({ ...fields, why }, `job refused: ${WHY[why]}`);
    report({ fact: 'call-refused', why });
  }

  assigned({ job, url, token }: JobAssignment): void {
    const known = job && this.#known.get(job.id);
    if (!job || known?.state !== 'accepted') {
      this.#parts.log.warn(
        { callId: job?.id },
        'LiveKit assigned a job that was not accepted here, or twice: ignored',
      );
      if (job && !known) this.#tell(job.id, JobStatus.JS_FAILED, 'this worker has not accepted it');
      return;
    }
    known.cancel();
    this.#known.set(job.id, { ...known, state: 'coming', isAgain: false });
    this.#parts.take(toAssigned(job, url || this.#parts.url, token));
  }

  /**
   * LiveKit ends a job also while its agent joins a second time after a first try that stalled (livekit#4887): a call
   * that has begun goes on until its room says that the agent was removed, which its host sees itself.
   */
  terminated(jobId: string): void {
    const { log, withdraw } = this.#parts;
    if (withdraw(jobId)) {
      log.info({ callId: jobId }, 'job ended by LiveKit before its call began');
      this.#free(jobId);
    } else if (this.#known.has(jobId)) {
      log.debug(
        { callId: jobId },
        'LiveKit ended the job of a call: it goes on unless it is removed from its room',
      );
    }
  }

  joined(jobId: string): void {
    const known = this.#known.get(jobId);
    const isAgain = known?.state === 'coming' && known.isAgain;
    const settledAtMs = this.#parts.clock.now() + (isAgain ? SETTLED_AFTER_MS : 0);
    if (known) this.#known.set(jobId, { ...known, state: 'joined', settledAtMs });
    this.#tell(jobId, JobStatus.JS_RUNNING);
  }

  /** Its call broke off and goes on: its agent joins again. */
  broke(jobId: string): void {
    const known = this.#known.get(jobId);
    if (known) this.#known.set(jobId, { ...known, state: 'coming', isAgain: true });
  }

  /**
   * Whether the agent of a room is on its way, for the first time or back after a break, or has just come back: the room needs no
   * other. Two would join, and see each other too late.
   */
  isComing(room: string): boolean {
    const nowMs = this.#parts.clock.now();
    const ofRoom = [...this.#known.values()].filter((known) => room !== '' && known.room === room);
    return ofRoom.some((known) => known.state !== 'joined' || nowMs < known.settledAtMs);
  }

  /** Whether the call is by `check`, of a job that has not ended. */
  isCheck(jobId: string): boolean {
    return this.#known.get(jobId)?.isCheck ?? false;
  }

  ended(jobId: string, { ok, reason }: Pick<CallEnd, 'ok' | 'reason'>): void {
    if (ok) this.#tell(jobId, JobStatus.JS_SUCCESS);
    else this.#tell(jobId, JobStatus.JS_FAILED, reason);
    this.#free(jobId);
  }

  /** The connection is gone, and with it LiveKit's memory of the offers that were accepted on it. */
  forgetOffers(): void {
    for (const [jobId, known] of [...this.#known]) {
      if (known.state !== 'accepted') continue;
      known.cancel();
      this.#free(jobId);
    }
  }

  /** Whether the job has a slot now. The same offer twice is one job. */
  #accept(job: Job): boolean {
    const { slots, clock, log, isStopping } = this.#parts;
    const known = this.#known.get(job.id);
    if (known) return known.state === 'accepted';
    if (isInCheckRoom(job) || isStopping() || !slots.take(job.id)) return false;
    const cancel = clock.after(ASSIGNED_WITHIN_MS, () => {
      log.warn({ callId: job.id }, 'LiveKit did not assign an accepted job: its slot is free again');
      this.#free(job.id);
    });
    const isCheck = isCheckCall(job.metadata);
    this.#known.set(job.id, { state: 'accepted', cancel, room: job.room?.name ?? '', isCheck });
    return true;
  }

  #free(jobId: string): void {
    this.#known.delete(jobId);
    this.#parts.slots.free(jobId);
  }

  #tell(jobId: string, status: JobStatus, error = ''): void {
    this.#parts.send({ case: 'updateJob', value: new UpdateJobStatus({ jobId, status, error }) });
  }
}

/** Rooms of `media-check.ts` need no agent. */
const isInCheckRoom = ({ room }: Job): boolean => room?.name.startsWith(CHECK_ROOM_PREFIX) ?? false;

function toAssigned(job: Job, url: string, token: string): AssignedJob {
  return {
    id: job.id,
    dispatchId: job.dispatchId,
    agentName: job.agentName,
    roomName: job.room?.name ?? '',
    roomSid: job.room?.sid ?? '',
    metadata: job.metadata,
    attributes: job.attributes,
    url,
    token,
    identity: identityOf(job.id),
  };
}
