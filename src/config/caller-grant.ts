import { TrackSource, type VideoGrant } from 'livekit-server-sdk';

/** Joins one room, publishes a microphone and data there, and listens: nothing else. */
export const callerGrant = (room: string): VideoGrant => ({
  roomJoin: true,
  room,
  canPublish: true,
  canPublishSources: [TrackSource.MICROPHONE],
  canPublishData: true,
  canSubscribe: true,
  canUpdateOwnMetadata: false,
});
