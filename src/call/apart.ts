import {
  type Participant,
  type RemoteParticipant,
  type RemoteTrackPublication,
  type Room,
  RoomEvent,
} from '@livekit/rtc-node';
import { framesOf } from '../stages/speech-frames.ts';
import type { CallHost } from './host.ts';
import type { CallScope } from './scope.ts';
import { createVoice, voiceOptions } from './voice-track.ts';

export interface ApartParts {
  scope: CallScope;
  host: Pick<CallHost, 'room' | 'colleagues'>;
  /** Identities. */
  caller: string;
  colleague: string;
}

/** Two people in one room, of whom neither hears the other, and only the colleague hears this voice. */
export interface Apart {
  /** Holds it once more, now that the colleague listens. @throws where the server does not do it: they may hear each other. */
  hold(): Promise<void>;
  /** Mono, 16-bit, 24 kHz, to the colleague alone. Resolves when all of it was played. */
  tell(samples: Int16Array): Promise<void>;
  /** From now on they hear each other. */
  join(): Promise<void>;
  /** Takes the voice back. */
  close(): Promise<void>;
}

/**
 * Keeps a caller apart from a colleague who is about to be called into their room. rtc-node 0.13.35 has no permissions of
 * subscriptions, so the server takes them away, track by track: a leg of livekit-sip 1.8.0 subscribes once, as a track comes or as
 * its call is answered, and leaves alone what was taken from it (`test/sip/warm.sip.ts`). The colleague's sound comes before the answer, and
 * is silent until then; theirs is taken from the caller as it comes. The caller's and the agent's are taken from the
 * colleague as soon as their leg is there, again as it becomes active, and by `hold`. Keys are no track: the caller's are taken from all,
 * the colleague's go out, since one of them takes the call, and the caller hears it as a tone.
 */
export async function keepApart({ scope, host, caller, colleague }: ApartParts): Promise<Apart> {
  const { room, colleagues } = host;
  const shared = [...(room.localParticipant?.trackPublications.keys() ?? [])];
  const voice = createVoice('voice-to-colleague');
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    for (const stop of stops) stop();
    // They may have left.
    await colleagues.setKeys(caller, true).catch(() => {});
    if (sid !== undefined) await room.localParticipant?.unpublishTrack(sid).catch(() => {});
    await voice.close();
  };
  let sid: string | undefined;
  const stops: (() => void)[] = [];
  const ofCaller = () => tracksOf(room, caller);
  const hold = () => colleagues.setHeard(colleague, [...shared, ...ofCaller()], false);
  const takeAway = () => void hold().catch(() => {});
  // Their leg subscribes as a track comes, maybe after it was taken from them: then the caller would hear what the colleague is told.
  const ofOthers = () => [...(sid === undefined ? [] : [sid]), ...tracksOf(room, colleague)];
  try {
    await colleagues.setKeys(caller, false);
    sid = (await room.localParticipant?.publishTrack(voice.track, voiceOptions()))?.sid;
    if (sid !== undefined) await colleagues.setHeard(caller, [sid], false);
  } catch (error) {
    await close();
    throw error;
  }
  stops.push(
    scope.listen(
      room,
      RoomEvent.TrackPublished,
      ({ sid: track }: RemoteTrackPublication, { identity }: RemoteParticipant) => {
        if (identity !== colleague) return;
        if (track !== undefined) void colleagues.setHeard(caller, [track], false).catch(() => {});
        takeAway();
      },
    ),
    scope.listen(
      room,
      RoomEvent.ParticipantAttributesChanged,
      (_: Record<string, string>, { identity }: Participant) => {
        if (identity === colleague) takeAway();
      },
    ),
  );
  return {
    async hold() {
      await Promise.all([hold(), colleagues.setHeard(caller, ofOthers(), false)]);
    },
    async tell(samples) {
      for (const frame of framesOf(samples)) {
        if (isClosed) return;
        await voice.source.captureFrame(frame);
      }
      if (!isClosed) await voice.source.waitForPlayout();
    },
    async join() {
      await Promise.all([
        colleagues.setHeard(caller, tracksOf(room, colleague), true),
        colleagues.setHeard(colleague, ofCaller(), true),
      ]);
    },
    close,
  };
}

const tracksOf = (room: Room, identity: string): string[] => [
  ...(room.remoteParticipants.get(identity)?.trackPublications.keys() ?? []),
];
