import { ContinualGatheringPolicy, IceTransportType, Room } from '@livekit/rtc-node';
import { AppError, messageOf } from '../errors.ts';
import { type IcePair, selectedPair } from './ice.ts';
import { type EchoWay, publishOpenMicrophone } from './loudspeaker.ts';
import { publishMicrophone, type Utterance } from './microphone.ts';
import { type Observed, observe } from './observed.ts';
import type { Sound } from './wav.ts';

const CHAT_TOPIC = 'lk.chat';
const COMMAND_TOPIC = 'voice-agent.command';

export interface JoinOptions {
  url: string;
  token: string;
  /** `relay` sends media through TURN only. */
  iceTransport?: 'all' | 'relay';
  /** The caller has a loudspeaker; without one, they hear the agent and their microphone does not. */
  loudspeaker?: EchoWay;
}

/** A caller in a room, played by a program: speaks, hears, reads along. */
export interface Guest extends Observed {
  readonly identity: string;
  /** When the server had let the caller in, in `performance.now()`; the microphone comes after. */
  readonly joinedAtMs: number;
  /** Speaks in real time; returns when the last sample was sent. */
  speak(sound: Sound): Promise<Utterance>;
  sendChat(text: string): Promise<void>;
  sendCommand(type: 'hang-up'): Promise<void>;
  /** Changes what others see of this participant; its token must allow it. */
  setAttributes(attributes: Record<string, string>): Promise<void>;
  icePair(): Promise<IcePair | undefined>;
  leave(): Promise<void>;
}

/**
 * Joins a room as a caller would, with a microphone. Call `dispose` of `@livekit/rtc-node` before the process ends.
 *
 * @throws AppError when the server cannot be reached or refuses the token; NoMediaPath when it exchanges no media.
 */
export async function joinAsCaller({
  url,
  token,
  iceTransport = 'all',
  loudspeaker,
}: JoinOptions): Promise<Guest> {
  const room = new Room();
  let onHeard: (samples: Int16Array) => void = () => {};
  const observed = observe(room, (samples) => onHeard(samples));
  const rtcConfig = {
    iceTransportType:
      iceTransport === 'relay' ? IceTransportType.TRANSPORT_RELAY : IceTransportType.TRANSPORT_ALL,
    continualGatheringPolicy: ContinualGatheringPolicy.GATHER_CONTINUALLY,
    iceServers: [],
  };
  try {
    await room.connect(url, token, { autoSubscribe: true, dynacast: false, rtcConfig });
  } catch (cause) {
    throw joinError(url, messageOf(cause), cause);
  }
  const joinedAtMs = performance.now();
  const microphone = await (async () => {
    if (!loudspeaker) return publishMicrophone(room);
    const open = await publishOpenMicrophone(room, loudspeaker);
    onHeard = open.plays;
    return open;
  })();
  return Object.assign(observed, {
    identity: room.localParticipant?.identity ?? '',
    joinedAtMs,
    speak: microphone.speak,
    async sendChat(text: string) {
      await room.localParticipant?.sendText(text, { topic: CHAT_TOPIC });
    },
    async sendCommand(type: 'hang-up') {
      const bytes = new TextEncoder().encode(JSON.stringify({ type }));
      await room.localParticipant?.publishData(bytes, { reliable: true, topic: COMMAND_TOPIC });
    },
    async setAttributes(attributes: Record<string, string>) {
      await room.localParticipant?.setAttributes(attributes);
    },
    icePair: () => selectedPair(room),
    async leave() {
      await room.disconnect();
      await microphone.close();
    },
  });
}

/** LiveKit let the guest in, and no candidate of ICE led to it. */
export class NoMediaPath extends AppError {}

/** Signalling and media fail for different reasons, so they are told apart; the library's own words stay. */
function joinError(url: string, message: string, cause: unknown): AppError {
  if (!message.includes('wait_pc_connection'))
    return new AppError(`cannot join ${url}: ${message}`, { cause });
  return new NoMediaPath(
    `cannot join ${url}: LiveKit answers, but no media path to it was found (${message})`,
    {
      cause,
      hint: 'open the ports of its TURN servers (usually UDP 3478, TCP 3480) or of its media to this machine',
    },
  );
}
