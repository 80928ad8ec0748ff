import type { Room } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { lastPacketMs } from '../../src/call/last-packet.ts';

const inbound = (kind: string, lastPacketReceivedTimestamp: number) => ({
  stats: { case: 'inboundRtp', value: { stream: { kind }, inbound: { lastPacketReceivedTimestamp } } },
});
const room = (publisherStats: object[], subscriberStats: object[] = []) =>
  ({ getRtcStats: async () => ({ publisherStats, subscriberStats }) }) as unknown as Room;

test('the last packet of sound counts, on whichever of the connections it came', async () => {
  expect(await lastPacketMs(room([inbound('audio', 5), inbound('audio', 7), inbound('video', 9)]))).toBe(7);
  expect(await lastPacketMs(room([{ stats: { case: 'transport', value: {} } }], [inbound('audio', 3)]))).toBe(
    3,
  );
  expect(await lastPacketMs(room([]))).toBeUndefined();
});
