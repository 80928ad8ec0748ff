import type { Room } from '@livekit/rtc-node';
import { AppError } from '../errors.ts';

/** What rtc-node's native side opens a data stream for. */
const WRITES = ['streamText', 'sendText', 'streamBytes', 'sendFile'] as const;

/**
 * Leaves a room; from now on nobody can write in it: what they call throws. In the native side of rtc-node 0.13.35 a data
 * stream that is opened while its room is freed panics (livekit/rust-sdks, `self.session().unwrap()` in
 * `local_participant.rs`), which ends the process and all its calls. The framework opens them for what the agent said until
 * it is told that the room is gone, and at once again where one failed.
 *
 * @returns when it was left; at once where the server, or a lost connection, had ended it.
 */
export async function leaveRoom(room: Room): Promise<void> {
  const left = room.disconnect();
  const { localParticipant } = room;
  if (localParticipant) {
    for (const write of WRITES) Reflect.set(localParticipant, write, refuse);
  }
  await left;
}

async function refuse(): Promise<never> {
  throw new AppError('nothing is written in a room that was left');
}
