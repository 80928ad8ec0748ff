import type { CallEvent } from '../observe/call-events.ts';
import type { ConversationEvent } from '../observe/conversation.ts';
import type { CallFact } from '../observe/facts.ts';
import type { LiveFact } from '../observe/live-call.ts';
import type { CallPrompt, GoingOn } from './kept-calls.ts';

/**
 * What the worker (parent) and a host process (child) tell each other over the IPC channel of `child_process.fork`, as
 * JSON. The worker alone speaks LiveKit's agent protocol; a host only joins the rooms that it is told to join.
 *
 * A host is started with its number as `argv[2]`: 1 and up, the smallest that no living host has (a label of metrics and
 * log lines). It ignores SIGINT and SIGTERM, which a terminal sends to it too: the worker says `end-call` and `drain`. It
 * ends by itself when the channel to the worker closes: its calls first, with a good-bye. It ends by SIGKILL, as the
 * clean-up of LiveKit's native threads has hung.
 */

/** A job that was assigned to this worker. */
export interface AssignedJob {
  /** LiveKit's job id (`AJ_…`): the call's id in logs, metrics and messages. */
  readonly id: string;
  readonly dispatchId: string;
  readonly agentName: string;
  readonly roomName: string;
  readonly roomSid: string;
  /** What the dispatch said; usually JSON `{"prompt": …, "variables": {…}}`. */
  readonly metadata: string;
  /** LiveKit's `Job.attributes`: choose prompt and variables beside `metadata`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Address to join, and the token for it (1 h, kind AGENT); never logged. */
  readonly url: string;
  readonly token: string;
  /** The identity that was accepted with, `agent-<jobId>`. */
  readonly identity: string;
}

/** How a call is started. */
export interface CallStart {
  /** When it breaks off it is started again: a fault is not the call's end yet. */
  readonly mayReturn?: boolean;
  readonly goesOn?: GoingOn | undefined;
}

export type ToHost =
  | ({ readonly kind: 'start-call'; readonly job: AssignedJob } & CallStart)
  /** Says good-bye and ends; the host answers with `call-ended`. */
  | { readonly kind: 'end-call'; readonly jobId: string; readonly reason: string }
  /** An operator listens to the call from now on, unseen by those in its room. */
  | { readonly kind: 'listened'; readonly jobId: string }
  /** The answer to `recall`. */
  | { readonly kind: 'recalled'; readonly jobId: string; readonly goesOn?: GoingOn | undefined }
  /** Takes no more calls, ends its process when the last one is over. */
  | { readonly kind: 'drain' }
  /** Answered at once from the event loop: no answer within 2.5 s is a hung host. */
  | { readonly kind: 'ping'; readonly id: number };

export type FromHost =
  /** Rehearsed and warm: calls may be sent. */
  | { readonly kind: 'ready' }
  /** In the room. */
  | { readonly kind: 'call-joined'; readonly jobId: string }
  | {
      readonly kind: 'call-ended';
      readonly jobId: string;
      readonly reason: string;
      /** `false`: it could not start, or a fault of our own ended it. */
      readonly ok: boolean;
      /** It broke off, and may go on: its end was told to nobody in the host. */
      readonly broke?: boolean;
      /** The connection to the room was lost for good. */
      readonly isCutOff?: boolean;
      /** Nobody wished it: what was said is kept for its caller to come back to. */
      readonly mayComeBack?: boolean;
    }
  /** Whether something is kept for the caller of a call that begins; their identity in the room is their proof. */
  | { readonly kind: 'recall'; readonly jobId: string; readonly piiCaller: string }
  /** What the call needs to go on elsewhere: its prompt, once, and what is said. */
  | { readonly kind: 'prompt'; readonly jobId: string; readonly prompt: CallPrompt }
  | { readonly kind: 'conversation'; readonly jobId: string; readonly event: ConversationEvent }
  /** What operators see of a running call. */
  | { readonly kind: 'live'; readonly jobId: string; readonly fact: LiveFact }
  /** What its record is made of. */
  | { readonly kind: 'record'; readonly jobId: string; readonly event: CallEvent }
  | { readonly kind: 'fact'; readonly jobId?: string; readonly fact: CallFact }
  | {
      readonly kind: 'pong';
      readonly id: number;
      /** Longest delay of the event loop since the last pong. */
      readonly lagMs: number;
      /** Resident memory, 2^20 bytes. */
      readonly rssMb: number;
      /** CPU time of the process so far, user and system. */
      readonly cpuMs: number;
      /** Share of the time since the last pong in which the event loop was busy, or waited for a processor to be, 0 to 1. */
      readonly busy: number;
    }
  /** A fault that may have harmed more than its own call: replace this host once its calls are over. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** What a host tells of a call, for it to go on elsewhere. */
export type ToGoOn = Extract<FromHost, { kind: 'prompt' | 'conversation' }>;
/** What is shown of it. */
export type Live = Extract<FromHost, { kind: 'live' }>;
/** What is kept of it. */
export type Recorded = Extract<FromHost, { kind: 'record' }>;
export type OfCall = ToGoOn | Live | Recorded;

export const isToGoOn = (told: OfCall): told is ToGoOn =>
  told.kind === 'prompt' || told.kind === 'conversation';
