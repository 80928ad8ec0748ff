import { setTimeout as delay } from 'node:timers/promises';
import { ContinualGatheringPolicy, IceTransportType, Room } from '@livekit/rtc-node';
import type { SipClient } from 'livekit-server-sdk';
import type { CallHost } from '../call/host.ts';
import type { Config } from '../config/schema.ts';
import type { AssignedJob } from '../dispatch/host-messages.ts';
import { messageOf } from '../errors.ts';
import type { FfiClient } from '../framework/ffi-client.ts';
import { leaveRoom } from '../framework/leave-room.ts';
import type { Log } from '../observe/log.ts';
import { type ColleaguesParts, colleaguesOf } from './colleagues.ts';

export interface CallRoomParts {
  job: AssignedJob;
  livekit: Config['livekit'];
  ffi: Pick<FfiClient, 'adopt' | 'forget'>;
  /** LiveKit's, which deletes rooms. */
  rooms: ColleaguesParts['rooms'];
  /** LiveKit's, which has phones transferred, and calls others in. */
  sip: Pick<SipClient, 'transferSipParticipant'> & ColleaguesParts['sip'];
  phone: Config['phone'];
  limits: ColleaguesParts['limits'];
  log: Log;
  onJoined(): void;
}

/** The native client answers at once, or not at all. */
const LEAVE_WITHIN_MS = 5000;
/** How long the number that a caller is put through to may ring. */
const TRANSFER_RINGS_S = 30;

/** The room of one job, not joined yet. */
export function openRoom(parts: CallRoomParts): CallHost {
  const { job, livekit, ffi, rooms, sip, phone, limits, log, onJoined } = parts;
  const room = new Room();
  let isClosed = false;
  let deleting: Promise<void> | undefined;
  ffi.adopt(room);
  const leave = () =>
    Promise.race([leaveRoom(room), delay(LEAVE_WITHIN_MS, undefined, { ref: false })]).catch(() => {});
  const close = async () => {
    await Promise.all([leave(), deleting]);
    ffi.forget(room);
  };
  return {
    callId: job.id,
    room,
    dispatchMetadata: job.metadata,
    dispatchAttributes: job.attributes,
    async connect() {
      await room.connect(job.url, job.token, connectOptions(livekit));
      if (isClosed) await close();
      else onJoined();
    },
    transfer: (identity, to, headers) =>
      sip.transferSipParticipant(job.roomName, identity, `tel:${to}`, {
        ...{ playDialtone: true, headers },
        ringingTimeout: TRANSFER_RINGS_S,
      }),
    colleagues: colleaguesOf({ room: job.roomName, rooms, sip, phone, limits, log }),
    async deleteRoom() {
      // Left first: whom the server puts out keeps the room's native side for good, its connection and the voice's thread.
      deleting = leave()
        .then(() => rooms.deleteRoom(job.roomName))
        .catch((error) => log.warn({ error: messageOf(error) }, 'room not deleted'));
      await deleting;
    },
    async disconnect() {
      isClosed = true;
      await close();
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
