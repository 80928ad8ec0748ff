import { type Participant, type Room, RoomEvent, type TrackPublication } from '@livekit/rtc-node';

/** An object of rtc-node's native side. */
interface Handle {
  dispose(): void;
}

/**
 * Frees what a room, its participants and their tracks hold of the native side, those included that have left: rtc-node
 * 0.13.35 forgets them and leaves the rest to JavaScript's garbage collection, which comes late, since these objects are
 * small, while what they hold is large (a caller's track: decoder, jitter buffer and WebRTC's threads).
 *
 * @param room - not connected yet.
 * @returns what frees all of it, to be called when the room was left: until then a track that left may still be read.
 */
export function watchHandles(room: Room): () => void {
  const left: (Handle | undefined)[] = [];
  room.on(RoomEvent.ParticipantDisconnected, (participant) => left.push(...handlesOf(participant)));
  // rtc-node takes the track from its publication.
  room.on(RoomEvent.TrackUnsubscribed, (track) => left.push(track.ffi_handle));
  room.on(RoomEvent.LocalTrackUnpublished, (publication) => left.push(...handlesOfTrack(publication)));
  return () => {
    const present = [room.localParticipant, ...room.remoteParticipants.values()].flatMap(handlesOf);
    const own = Reflect.get(room, 'ffiHandle') as Handle | undefined;
    for (const handle of [...left, ...present, own]) handle?.dispose();
    left.length = 0;
  };
}

function handlesOf(participant: Participant | undefined): (Handle | undefined)[] {
  const publications = [...(participant?.trackPublications.values() ?? [])];
  return [participant?.ffi_handle, ...publications.flatMap(handlesOfTrack)];
}

/** @param publication - `undefined` of a track that was not known, as rtc-node tells it. */
const handlesOfTrack = (publication: TrackPublication | undefined): (Handle | undefined)[] => [
  publication?.ffiHandle,
  publication?.track?.ffi_handle,
];
