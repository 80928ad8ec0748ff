import type { SipClient } from 'livekit-server-sdk';
import type { PhoneSetup } from '../setup.ts';
import { chooseTrunk } from './choose-trunk.ts';
import type { DialLimits } from './dial-limits.ts';
import { idOf } from './place-call.ts';

/** Of somebody who was called into a room for its caller: no caller of the agent's. livekit-sip writes it, from `callIn`. */
export const COLLEAGUE_ATTRIBUTE = 'voice-agent.colleague';

export interface CallInParts {
  sip: Pick<SipClient, 'createSipParticipant' | 'listSipOutboundTrunk'>;
  setup: PhoneSetup;
  limits: Pick<DialLimits, 'take'>;
  /** How long it may ring; the trunk's `ringingTimeoutMs` where that is less. */
  ringsMs: number;
}

/**
 * Calls a number into a room where there is a call already, over the first outbound trunk that may. Resolves once it was answered.
 *
 * @param number - full, with its `+`, or an extension.
 * @throws DialRefused, TooMany; what `sipFailure` reads where nobody answers.
 */
export async function callIn(
  { room, identity, number }: { room: string; identity: string; number: string },
  { sip, setup, limits, ringsMs }: CallInParts,
): Promise<void> {
  const { trunk, number: dialled, settings } = chooseTrunk(number, setup);
  const trunkId = await idOf(trunk, { sip });
  await limits.take({
    ...{ trunk, limits: settings.limits },
    // They are counted by rooms of their own, and this one is the caller's.
    running: async () => 0,
    begin: async () => {},
  });
  await sip.createSipParticipant(trunkId, dialled, room, {
    participantIdentity: identity,
    participantAttributes: { [COLLEAGUE_ATTRIBUTE]: 'true' },
    ...(settings.numbers[0] !== undefined && { fromNumber: settings.numbers[0] }),
    waitUntilAnswered: true,
    ringingTimeout: Math.ceil(Math.min(ringsMs, settings.ringingTimeoutMs) / 1000),
    maxCallDuration: Math.ceil(settings.maxCallMs / 1000),
  });
}
