import { ReadableStream, TransformStream } from 'node:stream/web';
import { voice } from '@livekit/agents';
import { AudioFrame, AudioStream, type RemoteTrack } from '@livekit/rtc-node';
import { currentSpeechOf } from './activity.ts';

/** Who hears the microphone. */
export interface Ears {
  /** Given each frame, besides who takes them. */
  onHeard?: ((samples: Int16Array) => void) | undefined;
  /** Takes the frames in place of the session: silence while it says something that may not be interrupted, none while its input is off. */
  take?: ((frame: AudioFrame) => void) | undefined;
  /** Opens the sound of a track in place of `openMicrophone`. */
  openStream?: ((track: RemoteTrack) => ReadableStream<AudioFrame>) | undefined;
}

/** What `RoomIO` takes, without the session. */
export type RoomOptions = Omit<ConstructorParameters<typeof voice.RoomIO>[0], 'agentSession'> & Ears;

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
  { onHeard, take, openStream, ...options }: RoomOptions,
): void {
  Reflect.set(session, 'agent', agent);
  session._roomIO = new voice.RoomIO({ agentSession: session, ...options });
  session._roomIO.start();
  const taken = take && ((frame: AudioFrame) => takeAsSession(session, frame, take));
  takeWholeWindows(session._roomIO, { onHeard, take: taken, openStream });
}

/** As the framework has its transcriber hear: `attached` of its input, and `shouldDiscardInputAudio`. */
function takeAsSession(
  session: voice.AgentSession,
  frame: AudioFrame,
  take: (frame: AudioFrame) => void,
): void {
  if (!session.input.audioEnabled) return;
  const speech = currentSpeechOf(session);
  const isUnheard = speech && !speech.allowInterruptions && !speech.interrupted && !speech.done();
  take(isUnheard ? silenceFor(frame) : frame);
}

const silenceFor = ({ data, sampleRate, channels, samplesPerChannel }: AudioFrame) =>
  new AudioFrame(new Int16Array(data.length), sampleRate, channels, samplesPerChannel);

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
function takeWholeWindows(connection: voice.RoomIO, { onHeard, take, openStream }: Ears): void {
  const input = Reflect.get(connection, 'audioInput') as { sampleRate: number; numChannels: number };
  const createStream = (track: RemoteTrack) => {
    const frames = openStream?.(track) ?? openMicrophone(track, input.sampleRate, input.numChannels);
    if (!take) return onHeard ? frames.pipeThrough(told(onHeard)) : frames;
    return emptied(frames, (frame) => {
      onHeard?.(frame.data);
      take(frame);
    });
  };
  Reflect.set(input, 'createStream', createStream);
}

/**
 * From the connection to its transcriber each frame passes through some fifteen streams (10 min of sound: 3.4 s of CPU; 0.4 s with this);
 * and where the session has no detector of its own, one of them keeps all that a caller sends, 50 MB for 10 min: `vadInputStream`, a branch
 * of a `tee` that nobody reads.
 *
 * @returns what the connection reads and cancels in its place: it brings no frame, and ends as they do.
 */
function emptied(
  frames: ReadableStream<AudioFrame>,
  take: (frame: AudioFrame) => void,
): ReadableStream<AudioFrame> {
  const reader = frames.getReader();
  let isCancelled = false;
  const pump = async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) take(read.value);
  };
  return new ReadableStream<AudioFrame>({
    start(controller) {
      pump().then(
        () => isCancelled || controller.close(),
        (error) => isCancelled || controller.error(error),
      );
    },
    cancel(reason) {
      isCancelled = true;
      return reader.cancel(reason);
    },
  });
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
