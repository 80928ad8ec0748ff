import { type AudioSource, DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import type { Config } from '../config/schema.ts';
import { openMicrophone, type RoomOptions } from '../framework/room-io.ts';
import type { Log } from '../observe/log.ts';
import type { PersonaStore } from '../persona/store.ts';
import { type CalledNumber, calledNumber } from '../phone/arrival.ts';
import { isOutbound } from './callee.ts';
import { type Caller, isAlreadyServed, waitForCaller } from './caller.ts';
import { hearEarly } from './early-sound.ts';
import type { HangUp } from './hang-up.ts';
import type { CallHost } from './host.ts';
import { type Line, openLine } from './line.ts';
import { type CallerLink, linkCaller } from './link.ts';
import type { CallScope } from './scope.ts';
import { INPUT_SAMPLE_RATE } from './start.ts';
import { createVoice, publishVoice, type Voice } from './voice-track.ts';

/** Why a call breaks off whose connection to the room is gone for good. */
export const CONNECTION_LOST = 'connection to the room lost';

/** Somebody wants the agent gone, or another one in its place. Other reasons are nobody's wish. */
const ON_PURPOSE: ReadonlySet<DisconnectReason> = new Set([
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.DUPLICATE_IDENTITY,
  DisconnectReason.PARTICIPANT_REMOVED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.ROOM_CLOSED,
]);

/** How long a room may stay without a caller before its agent leaves again. */
const CALLER_TIMEOUT_MS = 60_000;
/** A livekit-server that can be reached lets join within a second or two, over a relay too. */
const CONNECT_TIMEOUT_MS = 30_000;
/**
 * The native client tries at once, and every 5 s from then on, 10 times (client-sdk-rust, `RECONNECT_INTERVAL`). A LiveKit that does
 * not answer the second try has been restarted or replaced: it has forgotten the room, whose caller gets an agent as they come back.
 */
const RECONNECT_WITHIN_MS = 8000;
/** A folder of small files. */
const LOAD_TIMEOUT_MS = 10_000;
/** The host bounds it by itself. */
const LEAVE_TIMEOUT_MS = 6000;
/** Publishing takes a round trip or two. */
const PUBLISH_TIMEOUT_MS = 15_000;

export interface MeetParts {
  scope: CallScope;
  hangUp: HangUp;
  host: CallHost;
  config: Config;
  personas: PersonaStore;
  /** The caller (`whoIs`) who was served before, where the call goes on. */
  known?: string | undefined;
  log: Log;
}

/** Why nobody is served. */
export interface Refused {
  refused: string;
  mayComeBack?: boolean;
}

/** A caller, and what the agent's voice goes through to reach them. */
export interface Met {
  caller: Caller;
  link: CallerLink;
  line: Line;
  /** Resolves when somebody hears the agent's track. */
  subscribed: Promise<unknown>;
  source: AudioSource;
  /** The number that a phone called, where it is one of ours. */
  called: CalledNumber | undefined;
  /** Publishes the agent's track, which has livekit-sip pick up the phone; for others it is published already. */
  pickUp(): Promise<unknown>;
  /** Opens the sound of who took a call that we placed, from its first frame. */
  openStream?: RoomOptions['openStream'];
}

/**
 * Joins the room, waits for somebody to talk to, and publishes the agent's track; to a phone that rings, only when it is to be
 * picked up.
 *
 * @returns why not, where there is nobody to be served.
 * @throws AppError when the room or the track is not there in time, and whatever the host throws.
 */
export async function meet(parts: MeetParts): Promise<Met | Refused> {
  const { scope, host, config, personas, known } = parts;
  const loading = scope.open(personas.load(), { what: 'prompts', withinMs: LOAD_TIMEOUT_MS });
  await Promise.all([join(parts), loading]);
  if (isAlreadyServed(host.room, config.agent.name)) return { refused: 'another agent serves this room' };
  const voice = createVoice();
  scope.defer('voice', () => voice.close());
  const number = calledNumber(host.dispatchMetadata);
  const track = agentTrack(parts, voice);
  const [caller] = await Promise.all([
    waitForCaller(host.room, { timeoutMs: CALLER_TIMEOUT_MS, known }, scope),
    ...(number ? [] : [track.publish()]),
  ]);
  scope.signal.throwIfAborted();
  if (!caller) return { refused: 'nobody came', mayComeBack: known !== undefined };
  const openStream = isOutbound(host.dispatchMetadata) ? earlyFor(caller, parts) : undefined;
  const called = caller.via === 'sip' ? number : undefined;
  if (!called) await track.publish();
  const link = linkCaller(host.room, caller, scope);
  const line = openLine({ room: host.room, link, subscribed: track.subscribed, clock: scope.clock });
  scope.signal.addEventListener('abort', () => line.close(), { once: true });
  return {
    ...{ caller, link, line, source: voice.source, called, pickUp: track.publish },
    subscribed: track.subscribed,
    ...(openStream && { openStream }),
  };
}

const earlyFor = ({ identity }: Caller, { scope, host: { room } }: MeetParts) =>
  hearEarly({ scope, room, identity, openStream: (track) => openMicrophone(track, INPUT_SAMPLE_RATE) });

/** The agent's track, published once, when it is time. */
function agentTrack({ scope, host }: MeetParts, voice: Voice) {
  let publishing: Promise<unknown> | undefined;
  let tell = () => {};
  const subscribed = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const limits = { what: 'publishing of the agent’s track', withinMs: PUBLISH_TIMEOUT_MS };
  const publish = () => {
    publishing ??= scope
      .open(publishVoice(host.room, voice), limits)
      .then((published) => void published.subscribed.then(tell));
    return publishing;
  };
  return { publish, subscribed };
}

async function join(parts: MeetParts): Promise<void> {
  const { scope, hangUp, host, log } = parts;
  const { room } = host;
  const leave = async () => {
    await host.disconnect();
    // The framework leaves some of its own.
    room.removeAllListeners();
  };
  scope.defer('room', leave, LEAVE_TIMEOUT_MS);
  scope.listen(room, RoomEvent.Disconnected, (why: DisconnectReason) => {
    log.info({ why: DisconnectReason[why] }, 'room disconnected');
    const ok = hangUp.reason !== undefined || ON_PURPOSE.has(why);
    const reason = hangUp.reason ?? (ok ? 'room disconnected' : CONNECTION_LOST);
    const mayComeBack = hangUp.reason === undefined && (!ok || why === DisconnectReason.ROOM_CLOSED);
    void scope.end({ reason, ok, ...(mayComeBack && { mayComeBack }) });
  });
  followConnection(parts);
  await scope.open(host.connect(), { what: 'room', withinMs: CONNECT_TIMEOUT_MS, whenLate: leave });
}

/** Ends a call whose way to LiveKit is lost for good, or that finds another agent when it is back: never two in a room. */
function followConnection({ scope, host: { room }, config, log }: MeetParts): void {
  let giveUp = () => {};
  scope.listen(room, RoomEvent.Reconnecting, () => {
    log.warn({ withinMs: RECONNECT_WITHIN_MS }, 'connection of the call to LiveKit lost, connecting again');
    giveUp();
    giveUp = scope.clock.after(
      RECONNECT_WITHIN_MS,
      () => void scope.end({ reason: 'LiveKit lost', ok: true, mayComeBack: true }),
    );
  });
  scope.listen(room, RoomEvent.Reconnected, () => {
    giveUp();
    log.info({}, 'connection of the call to LiveKit is back');
    if (isAlreadyServed(room, config.agent.name))
      void scope.end({ reason: 'another agent serves this room', ok: true });
  });
}
