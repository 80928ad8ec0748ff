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
  persona: Pick<
    Persona,
    'transferring' | 'transferFailed' | 'transferWaiting' | 'transferAccept' | 'transferStay'
  >;
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
 * @param headers - of the REFER, by name.
 * @returns why it failed; `undefined` where it worked.
 */
export async function transferCall(
  target: TransferTarget,
  parts: TransferParts,
  headers: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const { scope, host, hangUp, session, link } = parts;
  session.input.setAudioEnabled(false);
  try {
    await announce(target, parts);
    const { identity } = link.caller;
    const asked = host.transfer(identity, target.number, headers);
    await inTime(asked, TRANSFERRED_WITHIN_MS, 'transfer', scope.clock);
  } catch (error) {
    giveBack(parts);
    return sipFailure(error).reason;
  }
  hangUp.begin(WITHOUT_GOODBYE.transferred);
  return undefined;
}

type Telling = Pick<TransferParts, 'scope' | 'session' | 'phrases' | 'persona'>;

/** Resolves when the caller has heard that they are put through. */
export async function announce({ say }: TransferTarget, { scope, phrases, persona }: Telling): Promise<void> {
  const announcing = phrases.say(say ?? persona.transferring, {
    ...{ allowInterruptions: false, addToChatCtx: true, withinMs: BEGINS_WITHIN_MS },
  });
  await inTime(announcing.waitForPlayout(), ANNOUNCED_WITHIN_MS, 'announcement', scope.clock);
}

/** Nothing came of it: the agent listens again, and says so. Nothing where the call is over. */
export function giveBack({ scope, session, phrases, persona }: Telling): void {
  if (scope.signal.aborted) return;
  session.input.setAudioEnabled(true);
  phrases.say(persona.transferFailed, { addToChatCtx: true, withinMs: BEGINS_WITHIN_MS });
}
