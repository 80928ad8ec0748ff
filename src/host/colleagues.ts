import type { ParticipantInfo, RoomServiceClient, SipClient } from 'livekit-server-sdk';
import type { CallHost } from '../call/host.ts';
import type { Config } from '../config/schema.ts';
import { AppError, codeOf, messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import { loadSetup } from '../phone/load-setup.ts';
import { callIn } from '../phone/outbound/call-in.ts';
import type { DialLimits } from '../phone/outbound/dial-limits.ts';

export interface ColleaguesParts {
  room: string;
  rooms: Pick<
    RoomServiceClient,
    'deleteRoom' | 'updateSubscriptions' | 'removeParticipant' | 'listParticipants' | 'updateParticipant'
  >;
  sip: Pick<SipClient, 'createSipParticipant' | 'listSipOutboundTrunk'>;
  phone: Config['phone'];
  limits: Pick<DialLimits, 'take'>;
  log: Log;
  clock?: Clock;
}

const RINGS_MS = 30_000;
const LOOK_EVERY_MS = 2000;
/** Four hours: a LiveKit that is gone for good is not asked for ever. */
const MOST_LOOKS = 7200;
/** `ParticipantInfo.Kind` of LiveKit's protocol. */
const KIND_AGENT = 4;

/** Others in the room of one call, by LiveKit's server. */
export function colleaguesOf(parts: ColleaguesParts): CallHost['colleagues'] {
  const { room, rooms, sip, phone, limits } = parts;
  return {
    async call(identity, number) {
      const setup = await loadSetup(phone.setup);
      await callIn({ room, identity, number }, { sip, setup, limits, ringsMs: RINGS_MS });
    },
    async setHeard(by, tracks, isHeard) {
      if (tracks.length > 0) await rooms.updateSubscriptions(room, by, [...tracks], isHeard);
    },
    async setKeys(by, mayPress) {
      const people = await rooms.listParticipants(room);
      const permission = people.find(({ identity }) => identity === by)?.permission;
      if (!permission) throw new AppError(`LiveKit names no permissions of ${by}`);
      await rooms.updateParticipant(room, by, { permission: { ...permission, canPublishData: mayPress } });
    },
    putOut: (identity) => rooms.removeParticipant(room, identity),
    endWithOne: () => void watchPair(parts),
  };
}

/** LiveKit keeps a room, and a phone in it, as long as anybody is there: whoever is left alone would wait in silence. */
async function watchPair({ room, rooms, log, clock = systemClock }: ColleaguesParts): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve));
    try {
      const people = (await rooms.listParticipants(room)).filter(isOfPair);
      if (people.length > 1) continue;
      if (people.length === 1) await rooms.deleteRoom(room);
      return;
    } catch (error) {
      if (isGone(error)) return;
      log.debug({ error: messageOf(error) }, 'cannot look who is left in the room of a transferred call');
    }
  }
}

/** An operator who listens, unseen, is nobody's company. */
const isOfPair = ({ kind, permission }: ParticipantInfo): boolean =>
  kind !== KIND_AGENT && permission?.hidden !== true;

const isGone = (error: unknown): boolean => codeOf(error) === 'not_found';
