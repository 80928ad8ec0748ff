import type { RemoteParticipant } from '@livekit/rtc-node';

/** `ParticipantState.ACTIVE` of LiveKit's protocol, which rtc-node 0.13.35 does not export. */
const STATE_ACTIVE = 2;

/** Whether media can flow to and from a participant; rtc-node keeps that in `info`, which is internal. */
export function isActive(participant: RemoteParticipant): boolean {
  return participant.info.state === STATE_ACTIVE;
}
