import { AppError, messageOf } from '../../errors.ts';
import { TRANSPORT_NAMES, type Transport } from '../checks/turn.ts';
import type { OutsideCheck, OutsideMeans, OutsideSeen, WebRtc } from './context.ts';
import { askForCheckRoom } from './page-token.ts';
import { joinByRelay } from './room/join.ts';
import { NoMediaPath, type RelayedRoom } from './room/room.ts';
import type { TurnAccess } from './room/turn-access.ts';

/** Sound flows all the time, 50 packets a second. */
const ENOUGH_PACKETS = 25;
const SOUND_WITHIN_MS = 5000;

/** On a line that loses packets a connected pair stayed without sound in one of twenty checks (werift 0.24.4): it joins anew, once. */
const PAIRS = 2;

/** What is said where media cannot be tried. */
export const NO_WEBRTC = {
  verdict: 'skip',
  cause: 'this copy of the program has no WebRTC library',
  fix: 'open «Check my connection» on the page for the rest, or take the program that the page offers',
} as const;

/**
 * Two participants of a room of their own, each by this way to the relay and no other, hear each other. No agent comes, and
 * no call slot is taken.
 */
export const joinRelay = (transport: Transport): OutsideCheck => ({
  id: `join-relay-${transport}`,
  proves: `sound goes both ways through TURN over ${TRANSPORT_NAMES[transport]}`,
  needs: [`turn-${transport}`],
  repeats: true,
  deadlineMs: 60_000,
  async run(means) {
    const { seen, atEnd } = means;
    const door = doorOf(seen, transport);
    if (!door)
      return { verdict: 'skip', cause: `LiveKit names no TURN server over ${TRANSPORT_NAMES[transport]}` };
    const webrtc = await means.webrtc();
    if (!webrtc) return NO_WEBRTC;
    const { pair, deaf } = await joinHearing(() => joinPair(webrtc, door, means), means);
    seen.works = [...(seen.works ?? []), door];
    const evidence = [
      ...pair.map(evidenceOf),
      ...(deaf ? [`joined anew, since at first: ${deaf}`] : []),
    ].join('\n');
    if (seen.pair === undefined && transport === 'udp') {
      seen.pair = pair;
      atEnd(() => leave(pair));
    } else await leave(pair);
    return evidence;
  },
});

/** The first address of a TURN server that LiveKit hands out for this way to it. */
function doorOf({ relays = [] }: OutsideSeen, transport: Transport): TurnAccess | undefined {
  const relay = relays.find(({ server }) => server.transport === transport);
  if (!relay) return undefined;
  const { username, password: credential } = relay.credentials;
  return { url: relay.server.url, username, credential };
}

type Pair = readonly [RelayedRoom, RelayedRoom];

const leave = (pair: Pair) => Promise.all(pair.map((room) => room.leave()));

/**
 * @param join - two participants of a new room each time.
 * @returns a pair that hears each other; `deaf`: what was wrong with the one before, where there was one.
 * @throws AppError of the last pair: at which step a participant got stuck, or that nothing was heard
 */
export async function joinHearing(
  join: () => Promise<Pair>,
  { signal }: Pick<OutsideMeans, 'signal'>,
): Promise<{ pair: Pair; deaf?: string }> {
  let deaf: string | undefined;
  for (let left = PAIRS - 1; ; left--) {
    const pair = await join();
    try {
      await hearEachOther(pair);
      return { pair, ...(deaf !== undefined && { deaf }) };
    } catch (error) {
      await leave(pair);
      if (left === 0 || signal.aborted) throw error;
      deaf = messageOf(error);
    }
  }
}

/** @throws AppError that says at which step a participant got stuck, and what to look at */
async function joinPair(webrtc: WebRtc, turn: TurnAccess, means: OutsideMeans): Promise<Pair> {
  const { url, participants } = await askForCheckRoom(means);
  const join = (at: number) =>
    joinByRelay(webrtc, { url, token: participants[at]?.token ?? '', turn, signal: means.signal });
  const joining = [join(0), join(1)] as const;
  try {
    return await Promise.all(joining);
  } catch (error) {
    for (const one of await Promise.allSettled(joining))
      if (one.status === 'fulfilled') await one.value.leave();
    if (!(error instanceof NoMediaPath)) throw error;
    throw new AppError(error.message, { hint: HINT, cause: error });
  }
}

const HINT = [
  'the TURN server gives addresses, but LiveKit’s media does not come through it: let it reach the pods of LiveKit at their UDP port (STUNner: the UDPRoute’s backend is the Service of the SFU; NetworkPolicy)',
  'LiveKit must name an address that the relay reaches: rtc.use_external_ip: false, rtc.node_ip the pod’s own',
].join('\n');

async function hearEachOther(pair: Pair): Promise<void> {
  for (const room of pair) {
    const before = room.ear.packets;
    const isHeard = () => room.ear.packets - before >= ENOUGH_PACKETS;
    await room.until('sound of the other participant', isHeard, SOUND_WITHIN_MS).catch((error) => {
      throw new AppError(`${messageOf(error)}, heard ${room.ear.packets} packets`, {
        hint: 'LiveKit lets media in but not out, or the reverse: see NetworkPolicy and security groups for UDP in both directions between the TURN server and LiveKit',
      });
    });
  }
}

const evidenceOf = ({ path, setUpMs, isSecondAttempt }: RelayedRoom): string =>
  `${path.relay} on the relay to ${path.livekit} of LiveKit, up after ${Math.round(setUpMs)} ms${isSecondAttempt ? ' at the second attempt' : ''}`;
