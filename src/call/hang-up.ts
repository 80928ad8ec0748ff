import { setTimeout as delay } from 'node:timers/promises';
import type { voice } from '@livekit/agents';
import { messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import { callersIn } from './caller.ts';
import type { CallHost } from './host.ts';
import type { CallerLink } from './link.ts';
import type { Phrases } from './phrases.ts';

/** Why a call ends that has nobody left to say good-bye to. */
export const WITHOUT_GOODBYE = {
  left: 'participant_disconnected',
  lost: 'caller lost',
  unanswered: 'not answered',
} as const;
const HAS_NO_LISTENER: ReadonlySet<string> = new Set(Object.values(WITHOUT_GOODBYE));
/** A good-bye that cannot be spoken must not keep the line open. */
const GOODBYE_TIMEOUT_MS = 10_000;
/** An API that hangs must not keep the call's slot. */
const DELETE_TIMEOUT_MS = 5000;
/** The last words are still on their way to the caller when the last frame has been handed over. */
const LINGER_MS = 600;

export interface HangUpParts {
  host: CallHost;
  link: CallerLink;
  goodbye: string;
  log: Log;
  /** The call ends from now on. */
  onBegin(reason: string): void;
}

/** Ends a call from our side: a good-bye, then the room. */
export class HangUp {
  readonly #parts: HangUpParts;
  #session: voice.AgentSession | undefined;
  #phrases: Phrases | undefined;
  /** Why, once it has begun. */
  reason: string | undefined;

  constructor(parts: HangUpParts) {
    this.#parts = parts;
  }

  /** Before that, `begin` does nothing. */
  attach(session: voice.AgentSession, phrases: Phrases): void {
    this.#session = session;
    this.#phrases = phrases;
  }

  /** Once; later reasons do not count. */
  begin(reason: string): void {
    const { log, onBegin } = this.#parts;
    if (!this.#session || this.reason) return;
    this.reason = reason;
    log.info({ reason }, 'hanging up');
    onBegin(reason);
    this.#end(this.#session, reason).catch((error) =>
      log.warn({ error: messageOf(error) }, 'hang-up failed'),
    );
  }

  async #end(session: voice.AgentSession, reason: string): Promise<void> {
    try {
      if (!HAS_NO_LISTENER.has(reason)) await this.#sayGoodbye(session);
    } finally {
      const { host, link } = this.#parts;
      await atMost(DELETE_TIMEOUT_MS, endRoom(host, link)).finally(() => session.close());
    }
  }

  async #sayGoodbye(session: voice.AgentSession): Promise<void> {
    session.interrupt({ force: true });
    const speech = this.#phrases?.say(this.#parts.goodbye, { allowInterruptions: false });
    await atMost(GOODBYE_TIMEOUT_MS, speech?.waitForPlayout() ?? Promise.resolve());
    await delay(LINGER_MS);
  }
}

/** Hangs up on the caller. The room goes with them; when somebody else is in it, it goes on without the agent. */
async function endRoom(host: CallHost, { caller }: CallerLink): Promise<void> {
  const callers = callersIn(host.room).map(({ identity }) => identity);
  if (callers.length === 1 && callers[0] === caller.identity) await host.deleteRoom();
}

/** Waits for the work, or until the time is up; a timer that lost keeps no process alive. */
function atMost(timeoutMs: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, delay(timeoutMs, undefined, { ref: false })]);
}
