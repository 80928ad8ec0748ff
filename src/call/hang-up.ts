import type { voice } from '@livekit/agents';
import { messageOf } from '../errors.ts';
import type { Happening } from '../observe/call-events.ts';
import type { Log } from '../observe/log.ts';
import { callersIn } from './caller.ts';
import { endPhoneCall } from './end-phone-call.ts';
import type { CallHost } from './host.ts';
import type { CallerLink } from './link.ts';
import type { Phrases } from './phrases.ts';
import { type CallScope, inTime } from './scope.ts';

/** Why a call ends that has nobody left to say good-bye to. */
export const WITHOUT_GOODBYE = {
  left: 'participant_disconnected',
  lost: 'caller lost',
  unanswered: 'not answered',
  transferred: 'transferred',
  /** The same, where a colleague has come into the room: it is theirs and the caller's from now on. */
  handedOver: 'handed over',
  voicemail: 'voicemail',
  /** The agent's own words were a good-bye. */
  said: 'hung up by the agent',
} as const;
export const HAS_NO_LISTENER: ReadonlySet<string> = new Set(Object.values(WITHOUT_GOODBYE));
/** A good-bye that cannot be spoken must not keep the line open. */
const GOODBYE_TIMEOUT_MS = 10_000;
/** Then a tone stands for it. */
const GOODBYE_BEGINS_WITHIN_MS = 4000;
/** An API that hangs must not keep the call's slot. */
const DELETE_TIMEOUT_MS = 5000;
/** The last words are still on their way to the caller when the last frame has been handed over. */
const LINGER_MS = 600;

export interface HangUpParts {
  scope: CallScope;
  host: CallHost;
  log: Log;
  emit(happening: Happening): void;
}

/** What a good-bye needs, from when the caller can be talked to. */
export interface Farewell {
  session: voice.AgentSession;
  phrases: Phrases;
  link: CallerLink;
  goodbye: string;
}

/** Ends a call from our side: a good-bye, then the room, then all that the call has opened. */
export class HangUp {
  readonly #parts: HangUpParts;
  #farewell: Farewell | undefined;
  /** Why, once it has begun. */
  reason: string | undefined;

  constructor(parts: HangUpParts) {
    this.#parts = parts;
  }

  /** Before that there is nobody to say good-bye to. */
  attach(farewell: Farewell): void {
    this.#farewell = farewell;
  }

  /** Once; later reasons do not count. */
  begin(reason: string, mayComeBack = false): void {
    const { scope, emit } = this.#parts;
    if (this.reason !== undefined || scope.signal.aborted) return;
    this.reason = reason;
    emit({ type: 'ending', reason });
    void this.#end(reason, mayComeBack);
  }

  async #end(reason: string, mayComeBack: boolean): Promise<void> {
    const { scope, log } = this.#parts;
    try {
      if (this.#farewell) await this.#leave(this.#farewell, reason);
    } catch (error) {
      if (!scope.signal.aborted) log.warn({ error: messageOf(error) }, 'hang-up failed');
    }
    await scope.end({ reason, ok: true, ...(mayComeBack && { mayComeBack }) });
  }

  async #leave(farewell: Farewell, reason: string): Promise<void> {
    const { host, scope } = this.#parts;
    try {
      if (!HAS_NO_LISTENER.has(reason)) await this.#sayGoodbye(farewell);
    } finally {
      const ending = () => endRoom(host, farewell.link, reason);
      if (reason !== WITHOUT_GOODBYE.handedOver)
        await inTime(ending(), DELETE_TIMEOUT_MS, 'deletion of the room', scope.clock);
    }
  }

  async #sayGoodbye({ session, phrases, goodbye }: Farewell): Promise<void> {
    const { scope } = this.#parts;
    session.interrupt({ force: true });
    const speech = phrases.say(goodbye, { allowInterruptions: false, withinMs: GOODBYE_BEGINS_WITHIN_MS });
    await inTime(speech.waitForPlayout(), GOODBYE_TIMEOUT_MS, 'good-bye', scope.clock);
    await scope.sleep(LINGER_MS);
  }
}

/** Hangs up on the caller. The room goes with them; when somebody else is in it, it goes on without the agent. */
async function endRoom(host: CallHost, { caller }: CallerLink, reason: string): Promise<void> {
  const callers = callersIn(host.room).map(({ identity }) => identity);
  if (callers.length !== 1 || callers[0] !== caller.identity) return;
  // Who was put through is the exchange's: it ends this call.
  if (caller.via === 'sip' && reason !== WITHOUT_GOODBYE.transferred)
    await endPhoneCall(host.room, caller.identity, reason);
  await host.deleteRoom();
}
