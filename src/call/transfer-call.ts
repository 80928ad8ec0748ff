import type { voice } from '@livekit/agents';
import type { TransferTarget } from '../persona/action-matter.ts';
import type { Persona } from '../persona/store.ts';
import { sipFailure } from '../phone/outbound/sip-result.ts';
import { type HangUp, WITHOUT_GOODBYE } from './hang-up.ts';
import type { CallHost } from './host.ts';
import type { CallerLink } from './link.ts';
import type { Phrases } from './phrases.ts';
import { type CallScope, inTime } from './scope.ts';

export interface TransferParts {
  scope: CallScope;
  host: Pick<CallHost, 'transfer'>;
  hangUp: Pick<HangUp, 'begin'>;
  session: Pick<voice.AgentSession, 'input' | 'interrupt'>;
  phrases: Pick<Phrases, 'say'>;
  persona: Pick<Persona, 'transferring' | 'transferFailed'>;
  link: Pick<CallerLink, 'caller'>;
}

/** An announcement whose sound has not begun by then is a tone. */
const BEGINS_WITHIN_MS = 4000;
const ANNOUNCED_WITHIN_MS = 30_000;
/** An exchange that says nothing about it: LiveKit gives up after the ringing, 30 s (`host/room.ts`). */
const TRANSFERRED_WITHIN_MS = 45_000;

/**
 * Puts the caller through (cold, by REFER): says so, lets their exchange make the call, and ends this one. When that fails they
 * are told, and the conversation goes on. Meanwhile the agent does not listen: what the microphone hears is the far end's.
 *
 * @returns why it failed; `undefined` where it worked.
 */
export async function transferCall(
  { number, say }: TransferTarget,
  { scope, host, hangUp, session, phrases, persona, link }: TransferParts,
): Promise<string | undefined> {
  session.input.setAudioEnabled(false);
  try {
    const announcing = phrases.say(say ?? persona.transferring, {
      ...{ allowInterruptions: false, addToChatCtx: true, withinMs: BEGINS_WITHIN_MS },
    });
    await inTime(announcing.waitForPlayout(), ANNOUNCED_WITHIN_MS, 'announcement', scope.clock);
    const { identity } = link.caller;
    await inTime(host.transfer(identity, number), TRANSFERRED_WITHIN_MS, 'transfer', scope.clock);
  } catch (error) {
    if (!scope.signal.aborted) {
      session.input.setAudioEnabled(true);
      phrases.say(persona.transferFailed, { addToChatCtx: true, withinMs: BEGINS_WITHIN_MS });
    }
    return sipFailure(error).reason;
  }
  hangUp.begin(WITHOUT_GOODBYE.transferred);
  return undefined;
}
