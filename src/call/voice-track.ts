import { AudioSource, LocalAudioTrack, type Room, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import { LONGEST_FRAME_MS, OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';

/** Audio handed to WebRTC ahead of time: bridges the pauses of this process's event loop. The native part cuts a frame that is longer. */
export const SOURCE_QUEUE_MS = LONGEST_FRAME_MS;

/**
 * Of the agent's voice on the wire, in bits a second, while it speaks. From 64,000 on Opus codes a voice with its music coder (CELT), which
 * takes half of the processor that its speech coder takes at rtc-node's 48,000: measured with ten tracks, 11 in place of 22 ms a second,
 * in silence 7 in place of 19. Where packets are lost it goes back to the speech coder, which can repeat them (libopus, `opus_encoder.c`:
 * "When FEC is enabled and there's enough packet loss, use SILK"); from 66,000 on it comes back from there.
 */
const VOICE_BITS_PER_SECOND = 72_000n;

/** How each track of ours is published. */
export const voiceOptions = () =>
  new TrackPublishOptions({
    source: TrackSource.SOURCE_MICROPHONE,
    audioEncoding: { maxBitrate: VOICE_BITS_PER_SECOND },
  });

/** The agent's voice in a room: what it is fed with, mono at 24 kHz, and the track that carries it. */
export interface Voice {
  source: AudioSource;
  track: LocalAudioTrack;
  close(): Promise<void>;
}

/** To be closed: it owns a thread, which closing the source alone leaves behind. */
export function createVoice(name = 'roomio_audio'): Voice {
  const source = new AudioSource(OUTPUT_SAMPLE_RATE, 1, SOURCE_QUEUE_MS);
  const track = LocalAudioTrack.createAudioTrack(name, source);
  return { source, track, close: () => track.close() };
}

/**
 * Publishes the agent's track: a phone is answered when its gateway has it.
 *
 * @returns a promise, in an object, that resolves when the first participant hears the track.
 */
export async function publishVoice(room: Room, { track }: Voice): Promise<{ subscribed: Promise<unknown> }> {
  const published = await room.localParticipant?.publishTrack(track, voiceOptions());
  return { subscribed: published?.waitForSubscription() ?? Promise.resolve() };
}
