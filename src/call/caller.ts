import { ParticipantKind, type RemoteParticipant, type Room, RoomEvent, TrackKind } from '@livekit/rtc-node';
import { COLLEAGUE_ATTRIBUTE } from '../phone/outbound/call-in.ts';
import type { CallScope } from './scope.ts';

/** The attribute under which the framework publishes an agent's dispatch name. */
const AGENT_NAME_ATTRIBUTE = 'lk.agent.name';

/** Kinds of participants that can be talked to; agents, recorders (egress) and media sources (ingress) cannot. */
const CALLER_KINDS: ReadonlySet<ParticipantKind | undefined> = new Set([
  undefined,
  ParticipantKind.STANDARD,
  ParticipantKind.SIP,
  ParticipantKind.CONNECTOR,
]);

export interface Caller {
  identity: string;
  /** As shown to others; may be empty. */
  name: string;
  /** How they reached the room. */
  via: 'web' | 'sip';
  attributes: Readonly<Record<string, string>>;
}

const SIP = 'sip:';

/**
 * Who somebody is, as LiveKit vouches for it: the identity of their token; on a phone the number that called and the trunk by
 * which it came, which livekit-sip writes, so that a line that dropped is known when it calls again. Where the number is
 * withheld, a phone is known by the identity of this one call.
 */
export function whoIs({ identity, via, attributes }: Omit<Caller, 'name'>): string {
  if (via === 'web') return identity.startsWith(SIP) ? `web:${identity}` : identity;
  const { 'sip.phoneNumber': number = '', 'sip.trunkID': trunk } = attributes;
  return isNumber(number) && trunk ? `${SIP}${number}@${trunk}` : identity;
}

/** Whether somebody who comes back can be known. */
export const isKnowable = (caller: Caller): boolean =>
  caller.via === 'web' || whoIs(caller) !== caller.identity;

/** What stands there for a number that is withheld differs: `anonymous`, `Restricted`, nothing. */
const isNumber = (text: string): boolean => /^\+?\d{3,}$/.test(text);

/**
 * Whether another agent of the same name was in the room before us. Who joins later sees the earlier one in its
 * join response, so that of two exactly one leaves. Call it right after connecting.
 */
export function isAlreadyServed(room: Room, agentName: string): boolean {
  return [...room.remoteParticipants.values()].some(
    ({ kind, attributes }) =>
      kind === ParticipantKind.AGENT && (attributes[AGENT_NAME_ATTRIBUTE] ?? '') === agentName,
  );
}

/** Those in the room who can talk to the agent, without colleagues it has called in; the one who came first at the front. */
export function callersIn({ remoteParticipants }: Pick<Room, 'remoteParticipants'>): RemoteParticipant[] {
  const joinedAt = ({ info }: RemoteParticipant) => Number(info.joinedAt ?? 0);
  return [...remoteParticipants.values()].filter(isCaller).sort((a, b) => joinedAt(a) - joinedAt(b));
}

/** Whether a participant can be heard; one who is not in the room is no reason to think that they cannot. */
export function isAudible(
  { remoteParticipants }: Pick<Room, 'remoteParticipants'>,
  identity: string,
): boolean {
  const participant = remoteParticipants.get(identity);
  if (!participant) return true;
  return [...participant.trackPublications.values()].some(
    ({ kind, muted }) => kind === TrackKind.KIND_AUDIO && muted !== true,
  );
}

const isCaller = ({ kind, info, attributes }: RemoteParticipant): boolean =>
  CALLER_KINDS.has(kind) && info.permission?.hidden !== true && attributes[COLLEAGUE_ATTRIBUTE] === undefined;

export interface CallerWait {
  /** How long an empty room is worth a call slot. */
  timeoutMs: number;
  /** Somebody (`whoIs`) who comes before all others, if present. */
  known?: string | undefined;
}

/**
 * The first participant who can talk, present or to come.
 *
 * @returns `undefined` when nobody came in time, the room closed, or the call is over.
 */
export async function waitForCaller(
  room: Room,
  { timeoutMs, known }: CallerWait,
  scope: CallScope,
): Promise<Caller | undefined> {
  const all = callersIn(room).map(asCaller);
  const present = all.find((caller) => whoIs(caller) === known) ?? all[0];
  if (present) return present;
  return new Promise((resolve) => {
    const settle = (caller?: Caller) => {
      for (const stop of stops) stop();
      resolve(caller);
    };
    const stops = [
      scope.clock.after(timeoutMs, () => settle()),
      scope.listen(room, RoomEvent.Disconnected, () => settle()),
      scope.listen(room, RoomEvent.ParticipantConnected, (participant: RemoteParticipant) => {
        if (isCaller(participant)) settle(asCaller(participant));
      }),
    ];
    scope.signal.addEventListener('abort', () => settle(), { once: true });
    if (scope.signal.aborted) settle();
  });
}

export function asCaller({ identity, name = '', kind, attributes }: RemoteParticipant): Caller {
  return { identity, name, via: kind === ParticipantKind.SIP ? 'sip' : 'web', attributes: { ...attributes } };
}
