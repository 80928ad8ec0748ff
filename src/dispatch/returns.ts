import { ConversationRecord } from '../observe/conversation.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import type { CallEnd } from './call-end.ts';
import type { AssignedJob, CallStart, ToGoOn } from './host-messages.ts';
import { type CallPrompt, type GoingOn, type KeptCall, type KeptCalls, keyOf } from './kept-calls.ts';

/** A call that ended so many processes, by whatever it holds, would end the next one too, and the calls beside it. */
const MOST_CRASHES = 2;
/** A LiveKit that cannot be reached is tried again so soon, and for so long after the call broke off. */
const AGAIN_AFTER_MS = 1000;
const REJOINED_WITHIN_MS = 15_000;

export interface ReturnsParts {
  clock: Clock;
  log: Log;
  report: Report;
  /** For the job's agent to join again. */
  token(job: AssignedJob): Promise<string>;
  /** Runs the call again. */
  take(job: AssignedJob, how: CallStart): void;
  withdraw(jobId: string): boolean;
  /** `false` once calls are being ended: none returns any more. */
  mayReturn(): boolean;
  /** What was said in calls that do not go on, for their callers to come back to. */
  kept: KeptCalls;
  /** Milliseconds since the epoch. */
  wallNow?(): number;
}

interface Call {
  readonly job: AssignedJob;
  readonly record: ConversationRecord;
  prompt: CallPrompt | undefined;
  /** What its host was given of a call before, until its agent listens. */
  recalled?: GoingOn | undefined;
  crashes: number;
  isInRoom: boolean;
  /** The last time that it broke off, by both clocks. */
  broke?: { readonly ms: number; readonly atMs: number } | undefined;
  cancel(): void;
}

/**
 * Calls that broke off go on: their host process died or did not answer, a fault of ours ended them, or the connection
 * to their room was lost for good. Each is started again in a host that is warm, with the words so far; its agent takes
 * the place of the one that is gone, and its slot stays taken. A call that has ended two processes is not started a
 * third time.
 */
export class Returns {
  readonly #parts: ReturnsParts;
  readonly #calls = new Map<string, Call>();

  constructor(parts: ReturnsParts) {
    this.#parts = parts;
  }

  /** A call begins. */
  begin(job: AssignedJob): void {
    const record = new ConversationRecord();
    this.#calls.set(job.id, {
      job,
      record,
      prompt: undefined,
      crashes: 0,
      isInRoom: false,
      cancel: () => {},
    });
    this.#parts.take(job, { mayReturn: true });
  }

  /** Its agent is in the room. */
  joined(jobId: string): void {
    const call = this.#calls.get(jobId);
    if (call) call.isInRoom = true;
  }

  told(message: ToGoOn): void {
    const call = this.#calls.get(message.jobId);
    if (!call) return;
    if (message.kind === 'prompt') call.prompt = message.prompt;
    else if (message.kind === 'conversation') {
      const { event } = message;
      if (event.type === 'started' && event.comesBack && call.recalled) {
        call.record.restore(call.recalled.conversation);
        call.recalled = undefined;
      }
      call.record.take(event);
    }
  }

  /**
   * The caller of a call that begins is known: what was said with them in this room, in a call that broke off. It is given
   * once; a call whose agent does not come to listen gives it back. Its time away does not count.
   */
  recall(jobId: string, piiCaller: string): GoingOn | undefined {
    const { kept, wallNow = Date.now } = this.#parts;
    const call = this.#calls.get(jobId);
    if (!call || call.recalled) return call?.recalled;
    const { roomName } = call.job;
    for (const other of this.#calls.values()) {
      // It is being closed: its room has another agent.
      const isTheirs = other.job.roomName === roomName && other.record.get()?.piiCaller === piiCaller;
      if (other !== call && isTheirs) this.#keep(other);
    }
    const found = kept.take(keyOf(roomName, piiCaller));
    if (!found) return undefined;
    const { conversation, brokeAtMs } = found;
    const nowMs = wallNow();
    const startedAtMs = conversation.startedAtMs + nowMs - brokeAtMs;
    const goesOn = { ...found, conversation: { ...conversation, startedAtMs }, brokeAtMs: nowMs };
    call.recalled = { ...goesOn, comesBack: true };
    return call.recalled;
  }

  /** Takes a job back that waits for its first process; one that is on its way back goes on. */
  withdraw(jobId: string): boolean {
    if (this.#calls.get(jobId)?.broke || !this.#parts.withdraw(jobId)) return false;
    return this.#calls.delete(jobId);
  }

  /** A call, or one try of it, is over. @returns whether it goes on: then it has not ended. */
  goesOn(jobId: string, end: CallEnd): boolean {
    const call = this.#calls.get(jobId);
    if (!call) return false;
    this.#giveBack(call);
    if (end.broke && this.#mayGoOn(call, end)) {
      this.#again(call, end);
      return true;
    }
    this.#calls.delete(jobId);
    call.cancel();
    if (end.broke || (call.broke && end.host === 0)) this.#giveUp(call, end);
    else if (end.mayComeBack) this.#keep(call);
    return false;
  }

  #mayGoOn(call: Call, end: CallEnd): boolean {
    const { clock, mayReturn } = this.#parts;
    const hasCrashed = end.isLost || (call.isInRoom && !end.isCutOff);
    if (hasCrashed) call.crashes += 1;
    if (!mayReturn() || call.crashes >= MOST_CRASHES) return false;
    if (call.isInRoom || end.isLost) return true;
    return call.broke !== undefined && clock.now() - call.broke.ms < REJOINED_WITHIN_MS;
  }

  #again(call: Call, end: CallEnd): void {
    const { clock, log, report, wallNow = Date.now } = this.#parts;
    const isFirst = call.isInRoom || !call.broke;
    const why = end.isLost ? 'host' : end.isCutOff ? 'connection' : 'fault';
    if (isFirst) {
      call.broke = { ms: clock.now(), atMs: wallNow() };
      report({ fact: 'call-broke', why, outcome: 'goes-on' });
      log.warn(
        { callId: call.job.id, host: end.host, why, reason: end.reason },
        'call broke off: it goes on',
      );
    }
    const isRefused = !call.isInRoom && !end.isLost;
    call.isInRoom = false;
    call.cancel = clock.after(isRefused ? AGAIN_AFTER_MS : 0, () => void this.#start(call));
  }

  async #start(call: Call): Promise<void> {
    const { token, take } = this.#parts;
    const job = { ...call.job, token: await token(call.job) };
    const kept = keptOf(call);
    const brokeAtMs = call.broke?.atMs ?? 0;
    const goesOn = kept && { ...kept, brokeAtMs };
    if (this.#calls.has(job.id)) take(job, { mayReturn: call.crashes + 1 < MOST_CRASHES, goesOn });
  }

  /** The host could not tell, or was not to. */
  #giveUp(call: Call, { isLost, isCutOff, reason }: CallEnd): void {
    const { report, log, wallNow = Date.now } = this.#parts;
    const why = isLost ? 'host' : isCutOff ? 'connection' : 'fault';
    report({ fact: 'call-broke', why, outcome: 'given-up' });
    const fields = { callId: call.job.id, crashes: call.crashes, reason };
    const isHarmful = call.crashes >= MOST_CRASHES;
    if (isHarmful) log.error(fields, 'call is not started a third time: it ended two host processes');
    const kept = keptOf(call);
    if (!kept) return;
    const durationMs = wallNow() - kept.conversation.startedAtMs;
    report({ fact: 'call-ended', prompt: kept.prompt.persona.name, reason: 'lost', durationMs });
    if (!isHarmful) this.#keep(call);
  }

  /** Once: it is another call's from then on. */
  #keep(call: Call): void {
    const { kept, wallNow = Date.now } = this.#parts;
    const said = keptOf(call);
    call.prompt = undefined;
    if (said)
      kept.keep(keyOf(call.job.roomName, said.conversation.piiCaller), { ...said, brokeAtMs: wallNow() });
  }

  #giveBack(call: Call): void {
    const { recalled, job } = call;
    call.recalled = undefined;
    if (recalled) this.#parts.kept.keep(keyOf(job.roomName, recalled.conversation.piiCaller), recalled);
  }
}

function keptOf({ prompt, record }: Call): KeptCall | undefined {
  const conversation = record.get();
  return prompt && conversation && { prompt, conversation };
}
