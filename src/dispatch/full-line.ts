import { JobStatus, type ParticipantInfo, ParticipantInfo_Kind } from '@livekit/protocol';
import type { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { messageOf } from '../errors.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';

export interface FullLineParts {
  rooms: Pick<RoomServiceClient, 'listRooms' | 'listParticipants' | 'deleteRoom'>;
  dispatches: Pick<AgentDispatchClient, 'listDispatch'>;
  /** The agent of this room is on its way from here. */
  isComing(room: string): boolean;
  /** This worker takes no call: every slot is taken, or its calls keep the machine too busy. */
  isFull(): boolean;
  clock: Clock;
  log: Log;
  report: Report;
}

const LOOK_EVERY_MS = 1000;
/** The agent of another worker is there by then. */
const ANSWERED_WITHIN_MS = 2000;
/** Who called while the last slot was taken is looked after although one is free now: their job is lost. */
const LOOKS_AFTER = 3;

/**
 * While no call is taken, phones that ring and get no agent hear that the line is busy: their room is deleted, which livekit-sip
 * (1.8.0) tells as 486. Without that they ring until the trunk's `ringingTimeoutMs`. LiveKit offers a full worker no job that it could
 * refuse, and drops one for good that nobody takes, so the rooms are looked at.
 *
 * @returns what stops it.
 */
export function refuseWhenFull(parts: FullLineParts): () => void {
  const { isFull, clock, log } = parts;
  const line = new FullLine(parts);
  let stop = () => {};
  let looks = 0;
  const next = () => {
    stop = clock.after(LOOK_EVERY_MS, look);
  };
  const look = () => {
    looks = isFull() ? LOOKS_AFTER : looks - 1;
    if (looks < 0) {
      line.forget();
      next();
      return;
    }
    line
      .look()
      .catch((error) => log.warn({ error: messageOf(error) }, 'cannot ask LiveKit for phones that ring'))
      .then(next);
  };
  next();
  return () => stop();
}

class FullLine {
  readonly #parts: FullLineParts;
  /** When a phone was first seen to ring in a room without an agent. */
  readonly #ringing = new Map<string, number>();
  /** Rooms that have had an agent, or somebody who is no phone that rings. */
  readonly #served = new Set<string>();

  constructor(parts: FullLineParts) {
    this.#parts = parts;
  }

  forget(): void {
    this.#ringing.clear();
    this.#served.clear();
  }

  async look(): Promise<void> {
    const names = (await this.#parts.rooms.listRooms()).map(({ name }) => name);
    for (const known of [...this.#served, ...this.#ringing.keys()]) {
      if (names.includes(known)) continue;
      this.#served.delete(known);
      this.#ringing.delete(known);
    }
    for (const name of names) if (!this.#served.has(name)) await this.#lookInto(name);
  }

  async #lookInto(name: string): Promise<void> {
    const { rooms, clock, log, report } = this.#parts;
    const people = await rooms.listParticipants(name);
    if (people.length === 0) return;
    if (!people.every(rings)) {
      this.#ringing.delete(name);
      this.#served.add(name);
      return;
    }
    const sinceMs = this.#ringing.get(name) ?? clock.now();
    this.#ringing.set(name, sinceMs);
    if (clock.now() - sinceMs < ANSWERED_WITHIN_MS || (await this.#isTaken(name))) return;
    this.#ringing.delete(name);
    log.warn({ pii_room: name }, 'phone refused while it rang: no call is taken now');
    report({ fact: 'call-refused', why: 'phone' });
    await rooms.deleteRoom(name);
  }

  /** Whether a worker has the job, and only has not started yet. */
  async #isTaken(name: string): Promise<boolean> {
    const { isComing, dispatches } = this.#parts;
    if (isComing(name)) return true;
    const asked = await dispatches.listDispatch(name);
    return asked.some(({ state }) => state?.jobs.some((job) => STARTING.has(job.state?.status)) ?? false);
  }
}

const STARTING: ReadonlySet<JobStatus | undefined> = new Set([
  undefined,
  JobStatus.JS_PENDING,
  JobStatus.JS_RUNNING,
]);

const rings = ({ kind, attributes }: ParticipantInfo): boolean =>
  kind === ParticipantInfo_Kind.SIP && attributes['sip.callStatus'] === 'ringing';
