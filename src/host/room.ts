import { setTimeout as delay } from 'node:timers/promises';
import { ContinualGatheringPolicy, IceTransportType, Room } from '@livekit/rtc-node';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { CallHost } from '../call/host.ts';
import type { Config } from '../config/schema.ts';
import type { AssignedJob } from '../dispatch/host-messages.ts';
import type { FfiClient } from '../framework/ffi-client.ts';

export interface CallRoomParts {
  job: AssignedJob;
  livekit: Config['livekit'];
  ffi: Pick<FfiClient, 'adopt' | 'forget'>;
  onJoined(): void;
}

/** The native client answers at once, or not at all. */
const LEAVE_WITHIN_MS = 5000;

/** The room of one job, not joined yet. */
export function openRoom({ job, livekit, ffi, onJoined }: CallRoomParts): CallHost {
  const room = new Room();
  let isClosed = false;
  ffi.adopt(room);
  const leave = async () => {
    await Promise.race([room.disconnect(), delay(LEAVE_WITHIN_MS, undefined, { ref: false })]).catch(
      () => {},
    );
    ffi.forget(room);
  };
  return {
    callId: job.id,
    room,
    dispatchMetadata: job.metadata,
    dispatchAttributes: job.attributes,
    async connect() {
      await room.connect(job.url, job.token, connectOptions(livekit));
      if (isClosed) await leave();
      else onJoined();
    },
    deleteRoom: () =>
      new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret).deleteRoom(job.roomName),
    async disconnect() {
      isClosed = true;
      await leave();
    },
  };
}

function connectOptions({ iceTransport }: Config['livekit']) {
  const { TRANSPORT_ALL, TRANSPORT_RELAY } = IceTransportType;
  return {
    autoSubscribe: true,
    dynacast: false,
    rtcConfig: {
      iceTransportType: iceTransport === 'relay' ? TRANSPORT_RELAY : TRANSPORT_ALL,
      continualGatheringPolicy: ContinualGatheringPolicy.GATHER_CONTINUALLY,
      // Empty: those that the server sends are used, and nobody else's.
      iceServers: [],
    },
  };
}
