import { type VAD, type VADEvent, VADEventType } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';

/**
 * Has a detector's streams send audio of their own. Both detectors of agents 1.9.0 report END_OF_SPEECH with a view of
 * their buffer, and overwrite its first `prefixPaddingDuration` with its last before anyone can read it
 * (livekit/agents-js#2254): the utterance would start with its own last half second, and "Hello" be transcribed as
 * "Hello? Hello?". So the audio is copied at the moment it is sent (`sendVADEvent`, protected).
 *
 * @returns the detector, changed.
 */
export function withOwnAudio<Vad extends VAD>(vad: Vad): Vad {
  const open = vad.stream.bind(vad);
  vad.stream = () => {
    const stream = open();
    const send: (event: VADEvent) => boolean = Reflect.get(stream, 'sendVADEvent');
    const sendCopy = (event: VADEvent) => Reflect.apply(send, stream, [withCopies(event)]);
    Reflect.set(stream, 'sendVADEvent', sendCopy);
    return stream;
  };
  return vad;
}

function withCopies(event: VADEvent): VADEvent {
  if (event.type === VADEventType.INFERENCE_DONE) return event;
  return { ...event, frames: event.frames.map(copyOf) };
}

function copyOf({ data, sampleRate, channels, samplesPerChannel }: AudioFrame): AudioFrame {
  return new AudioFrame(data.slice(), sampleRate, channels, samplesPerChannel);
}
