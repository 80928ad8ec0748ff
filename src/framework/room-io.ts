import { type ReadableStream, TransformStream } from 'node:stream/web';
import { voice } from '@livekit/agents';
import { type AudioFrame, AudioStream, type RemoteTrack } from '@livekit/rtc-node';

/** What `RoomIO` takes, without the session. */
export type RoomOptions = Omit<ConstructorParameters<typeof voice.RoomIO>[0], 'agentSession'> & {
  /** Given each frame of the microphone, besides the session. */
  onHeard?: (samples: Int16Array) => void;
  /** Opens the sound of a track in place of `openMicrophone`. */
  openStream?: (track: RemoteTrack) => ReadableStream<AudioFrame>;
};

/**
 * Connects a session that is not started yet to a room: the participant's microphone in; transcriptions and state out.
 *
 * Made here because `session.start` of agents 1.9.0 opens, beside this connection, a channel for the framework's
 * developer tools (`SessionHost`), which sends the agent's instructions to all participants and cannot be turned off.
 * Where a session has a connection already, `start` makes neither.
 *
 * @param agent - the one that `session.start` is given next; the connection asks the session for its agent's model.
 */
export function connectToRoom(
  session: voice.AgentSession,
  agent: voice.Agent,
  { onHeard, openStream, ...options }: RoomOptions,
): void {
  Reflect.set(session, 'agent', agent);
  session._roomIO = new voice.RoomIO({ agentSession: session, ...options });
  session._roomIO.start();
  takeWholeWindows(session._roomIO, onHeard, openStream);
}

/** One window of the voice activity detector. */
const FRAME_MS = 32;

/** The sound of a track at a rate, in windows of the detector; what is not read yet is queued. */
export function openMicrophone(
  track: RemoteTrack,
  sampleRate: number,
  numChannels = 1,
): ReadableStream<AudioFrame> {
  return new AudioStream(track, { sampleRate, numChannels, frameSizeMs: FRAME_MS });
}

/**
 * The connection asks for the microphone in frames of 10 ms and has no option for longer ones, and each frame passes through
 * a dozen promises. With these, a process that only joined rooms took 6 % less CPU with 8 of them, 9 % with 16, 12 % with 24.
 */
function takeWholeWindows(
  connection: voice.RoomIO,
  onHeard: RoomOptions['onHeard'],
  openStream: RoomOptions['openStream'],
): void {
  const input = Reflect.get(connection, 'audioInput') as { sampleRate: number; numChannels: number };
  const createStream = (track: RemoteTrack) => {
    const frames = openStream?.(track) ?? openMicrophone(track, input.sampleRate, input.numChannels);
    return onHeard ? frames.pipeThrough(told(onHeard)) : frames;
  };
  Reflect.set(input, 'createStream', createStream);
}

const told = (onHeard: (samples: Int16Array) => void) =>
  new TransformStream<AudioFrame, AudioFrame>({
    transform(frame, controller) {
      onHeard(frame.data);
      controller.enqueue(frame);
    },
  });

/** From now on the session listens to this participant; does nothing before `connectToRoom`. */
export function listenTo(session: voice.AgentSession, identity: string): void {
  session._roomIO?.setParticipant(identity);
}
