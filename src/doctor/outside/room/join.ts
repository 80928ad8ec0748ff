import { type JoinOptions, joinOnce, NoMediaPath, type RelayedRoom } from './room.ts';

/**
 * For media to flow, at the first and at the second attempt; usual is half a second. In one of thirty runs of the check on a healthy
 * network a join stayed without a path (werift 0.24.4).
 */
const CONNECTED_WITHIN_MS = [5000, 7000] as const;

/**
 * Joins by relay, and opens what a call needs: a microphone, sound of others, and data channels.
 *
 * @throws AppError that says which half of the media got no path; what `openSignalling` throws
 */
export async function joinByRelay(
  webrtc: typeof import('../webrtc.ts'),
  options: JoinOptions,
  once: typeof joinOnce = joinOnce,
): Promise<RelayedRoom> {
  const [first, second] = CONNECTED_WITHIN_MS;
  try {
    return await once(webrtc, options, first);
  } catch (error) {
    if (!(error instanceof NoMediaPath) || options.signal.aborted) throw error;
    const room = await once(webrtc, options, second);
    room.isSecondAttempt = true;
    return room;
  }
}
