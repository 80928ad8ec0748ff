import type { ReadableStream } from 'node:stream/web';
import {
  type AudioFrame,
  type RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
  type Room,
  RoomEvent,
  TrackSource,
} from '@livekit/rtc-node';
import type { CallScope } from './scope.ts';

export interface EarlySoundParts {
  scope: Pick<CallScope, 'listen' | 'defer'>;
  room: Room;
  identity: string;
  /** Opens the sound of a track, which queues what is not read yet. */
  openStream(track: RemoteTrack): ReadableStream<AudioFrame>;
}

/**
 * Opens somebody's microphone as soon as LiveKit sends it, and keeps what comes until the session listens: the pipeline is built
 * meanwhile, and whoever takes a call that we placed speaks first, and at once.
 *
 * @returns the stream of a track: once the one that was opened, from its first frame, later a new one.
 */
export function hearEarly({
  scope,
  room,
  identity,
  openStream,
}: EarlySoundParts): (track: RemoteTrack) => ReadableStream<AudioFrame> {
  let opened: { track: RemoteTrack; stream: ReadableStream<AudioFrame> } | undefined;
  let isTaken = false;
  const hear = (track: RemoteTrack | undefined, source: TrackSource | undefined) => {
    if (isTaken || opened || !track || source !== TrackSource.SOURCE_MICROPHONE) return;
    opened = { track, stream: openStream(track) };
  };
  const stop = scope.listen(
    room,
    RoomEvent.TrackSubscribed,
    (track: RemoteTrack, publication: RemoteTrackPublication, participant: RemoteParticipant) => {
      if (participant.identity === identity) hear(track, publication.source);
    },
  );
  for (const { track, source } of room.remoteParticipants.get(identity)?.trackPublications.values() ?? [])
    hear(track, source);
  scope.defer('early sound', () => {
    stop();
    if (!isTaken) void opened?.stream.cancel().catch(() => {});
  });
  return (track) => {
    const kept = !isTaken && opened?.track === track ? opened.stream : undefined;
    if (kept) {
      isTaken = true;
      stop();
    }
    return kept ?? openStream(track);
  };
}
