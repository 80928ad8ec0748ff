import { randomBytes } from 'node:crypto';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import type { AgentDispatchClient, RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { AppError } from '../../errors.ts';
import { type Clock, pause } from '../../openai/clock.ts';
import type { PhoneSetup } from '../setup.ts';
import { chooseTrunk, type Route } from './choose-trunk.ts';
import type { DialLimits } from './dial-limits.ts';
import { type SipFailure, sipFailure, type Unreached } from './sip-result.ts';

/** The part of LiveKit's API that calls are placed with. */
export interface DialClients {
  rooms: Pick<RoomServiceClient, 'createRoom' | 'deleteRoom' | 'listRooms' | 'listParticipants'>;
  dispatches: Pick<AgentDispatchClient, 'createDispatch'>;
  sip: Pick<SipClient, 'createSipParticipant' | 'listSipOutboundTrunk'>;
}

/** What this folder logs with; the program's `Log` fits. */
export interface DialLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface PlaceCallParts {
  clients: DialClients;
  setup: PhoneSetup;
  agent: { name: string; deployment: string };
  limits: DialLimits;
  clock: Clock;
  log: DialLog;
  /** Whoever asked is gone: it is dialled no more, where it was not yet. */
  signal: AbortSignal;
}

export interface CallOrder {
  /** As people write it. */
  to: string;
  prompt?: string | undefined;
  variables?: Readonly<Record<string, string>> | undefined;
  /** Name of an outbound trunk; default: the first that may call this number. */
  trunk?: string | undefined;
}

/** What came of it. `answered`: by somebody or something; the agent talks to them. */
export interface PlacedCall {
  room: string;
  trunk: string;
  result: 'answered' | Unreached;
  sipCode?: number | undefined;
  reason?: string | undefined;
  /** `false`: it failed before, such as where no agent came. */
  wasDialled: boolean;
  /** From the dialling to the answer, or to the end of waiting for one. */
  rangMs: number;
}

/** A worker with a free slot joins within two seconds; without one nobody is called. */
const AGENT_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 250;
/** A room of which nothing came. */
const EMPTY_TIMEOUT_S = 60;
export const CALLEE = 'callee';

/** Rooms of calls over this trunk begin so: by them those that last are counted, whoever placed them. */
export const roomPrefix = (trunk: string): string => `out-${trunk.replace(/[^\w-]/g, '_')}-`;

/**
 * Calls a number: the agent is there first, then it rings. Returns when it was answered, or will not be; the call itself goes on
 * without whoever placed it. Every attempt is logged.
 *
 * @throws DialRefused and TooMany before anything is done; AppError where LiveKit does not know the trunk.
 */
export async function placeCall(order: CallOrder, parts: PlaceCallParts): Promise<PlacedCall> {
  const { setup, limits, clients, log } = parts;
  const route = chooseTrunk(order.to, setup, order.trunk);
  const prefix = roomPrefix(route.trunk);
  const trunkId = await idOf(route.trunk, clients);
  const room = `${prefix}${randomBytes(9).toString('base64url')}`;
  const metadata = metadataOf(order, route);
  const failure = await limits.take({
    trunk: route.trunk,
    limits: route.settings.limits,
    running: async () =>
      (await clients.rooms.listRooms()).filter(({ name }) => name.startsWith(prefix)).length,
    begin: () => openRoom(room, metadata, parts).then(() => undefined, sipFailure),
  });
  const call = await attempt({ ...parts, route, room, trunkId, metadata, failure });
  const { result, sipCode, reason, rangMs } = call;
  log[result === 'answered' ? 'info' : 'warn'](
    { room, trunk: route.trunk, result, sipCode, reason, rangMs, pii_number: route.number },
    'call placed',
  );
  return call;
}

interface Attempt extends PlaceCallParts {
  route: Route;
  room: string;
  trunkId: string;
  /** Of the agent's dispatch. */
  metadata: string;
  /** Why there is no room for it. */
  failure: SipFailure | undefined;
}

const metadataOf = ({ prompt, variables }: CallOrder, { trunk }: Route): string =>
  JSON.stringify({ prompt, variables, outbound: { trunk } });

/** An agent without a name comes into every room, and reads the room's metadata. */
async function openRoom(room: string, metadata: string, { clients, agent }: PlaceCallParts): Promise<void> {
  const isNamed = agent.name !== '';
  await clients.rooms.createRoom({
    name: room,
    emptyTimeout: EMPTY_TIMEOUT_S,
    ...(!isNamed && { metadata }),
  });
}

async function attempt({
  clients,
  clock,
  agent,
  route,
  room,
  trunkId,
  metadata,
  failure,
  signal,
}: Attempt): Promise<PlacedCall> {
  const { trunk, number, settings } = route;
  let dialledAtMs = clock.now();
  let wasDialled = false;
  const ended = (failure: SipFailure | { result: 'answered' }) => ({
    ...{ room, trunk, ...failure, wasDialled, rangMs: Math.round(clock.now() - dialledAtMs) },
  });
  if (failure) return ended(failure);
  try {
    if (agent.name !== '')
      await clients.dispatches.createDispatch(room, agent.name, { metadata, deployment: agent.deployment });
    await agentIn(room, clients, clock, signal);
    signal.throwIfAborted();
    dialledAtMs = clock.now();
    wasDialled = true;
    await clients.sip.createSipParticipant(trunkId, number, room, {
      participantIdentity: CALLEE,
      ...(settings.numbers[0] !== undefined && { fromNumber: settings.numbers[0] }),
      waitUntilAnswered: true,
      ringingTimeout: Math.ceil(settings.ringingTimeoutMs / 1000),
      maxCallDuration: Math.ceil(settings.maxCallMs / 1000),
    });
    return ended({ result: 'answered' });
  } catch (error) {
    await clients.rooms.deleteRoom(room).catch(() => {});
    return ended(sipFailure(error));
  }
}

async function agentIn(
  room: string,
  { rooms }: DialClients,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = clock.now() + AGENT_WITHIN_MS;
  for (;;) {
    const present = await rooms.listParticipants(room);
    if (present.some(({ kind }) => kind === ParticipantInfo_Kind.AGENT)) return;
    signal.throwIfAborted();
    if (clock.now() >= untilMs)
      throw new AppError(`no agent came within ${AGENT_WITHIN_MS} ms: nobody was called`);
    await pause(clock, LOOK_EVERY_MS, signal);
  }
}

/**
 * LiveKit's id of an outbound trunk: `sip apply` gives its trunks the names of the set-up.
 *
 * @throws AppError where LiveKit has none of that name.
 */
export async function idOf(
  trunk: string,
  { sip }: { sip: Pick<SipClient, 'listSipOutboundTrunk'> },
): Promise<string> {
  const found = (await sip.listSipOutboundTrunk()).find(({ name }) => name === trunk);
  if (found) return found.sipTrunkId;
  throw new AppError(`LiveKit has no outbound trunk ${trunk}`, { hint: 'run `voice-agent sip apply` first' });
}
