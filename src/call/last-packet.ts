import type { Room } from '@livekit/rtc-node';

/**
 * When the last packet of sound came from anybody in the room, by WebRTC's statistics: milliseconds of a clock of
 * libwebrtc's own, whose beginning differs between its versions. `undefined` before the first one.
 *
 * @throws Error when the room is not connected.
 */
export async function lastPacketMs(room: Pick<Room, 'getRtcStats'>): Promise<number | undefined> {
  const { publisherStats, subscriberStats } = await room.getRtcStats();
  // With one peer connection for both directions, all of them stand with the publisher's.
  const times = [...publisherStats, ...subscriberStats].flatMap(({ stats }) => {
    if (stats.case !== 'inboundRtp' || stats.value.stream?.kind !== 'audio') return [];
    return stats.value.inbound?.lastPacketReceivedTimestamp ?? [];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}
