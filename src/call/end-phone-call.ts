import type { Room } from '@livekit/rtc-node';

/** livekit-sip answers as soon as it has begun to hang up. */
const ANSWERED_WITHIN_MS = 1500;
/** Causes of Q.850: what an exchange counts as a fault of the service; all else is a normal end. */
const TEMPORARY_FAILURE = 41;
const NORMAL_CLEARING = 16;
const FAULTS: ReadonlySet<string> = new Set(['no answer', 'caller not heard']);

/**
 * Has livekit-sip (1.8.0, `lk.sip.EndCall`) hang up on a phone with a BYE that says why (RFC 3326), so that the exchange's records do.
 * Where it does not, the deletion of the room ends the call all the same. Never rejects.
 *
 * @param reason - as log and metrics have it; nothing personal.
 */
export async function endPhoneCall(
  { localParticipant }: Pick<Room, 'localParticipant'>,
  identity: string,
  reason: string,
): Promise<void> {
  try {
    await localParticipant?.performRpc({
      destinationIdentity: identity,
      method: 'lk.sip.EndCall',
      payload: JSON.stringify({ headers: { Reason: reasonHeader(reason) } }),
      responseTimeout: ANSWERED_WITHIN_MS,
    });
  } catch {
    // An older livekit-sip, or the phone has hung up just now.
  }
}

/** The value of a `Reason` header, in which no quote ends the text and no line ends the header. */
export function reasonHeader(reason: string): string {
  const cause = FAULTS.has(reason) ? TEMPORARY_FAILURE : NORMAL_CLEARING;
  return `Q.850;cause=${cause};text="${reason.replace(/[^\w .,:;()'-]/g, ' ')}"`;
}
