import type { Room } from '@livekit/rtc-node';
import type { CallScope } from './scope.ts';

const KEYS = '0123456789*#';
/** From the beginning of one key to that of the next: livekit-sip plays each for 250 ms. */
const KEY_MS = 300;
const PAUSE_MS = 500;

/**
 * Presses keys on the line of the callers on phones (RFC 4733, events 0 to 11), one after the other; `w` waits half a second.
 *
 * @throws what rtc-node throws where the room is gone.
 */
export async function pressKeys(digits: string, room: Room, scope: Pick<CallScope, 'sleep'>): Promise<void> {
  for (const digit of digits) {
    const code = KEYS.indexOf(digit);
    if (code >= 0) await room.localParticipant?.publishDtmf(code, digit);
    await scope.sleep(code >= 0 ? KEY_MS : PAUSE_MS);
  }
}
