import { setTimeout as sleep } from 'node:timers/promises';
import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { voicedExtent } from './measure.ts';
import { durationMs, joined, resampled, type Sound, silence } from './wav.ts';

const SAMPLE_RATE = 48_000;
/** Handed to WebRTC ahead of time, so that a busy event loop leaves no hole in the speech. */
const QUEUE_MS = 1000;
const FRAME_MS = 100;
/** WebRTC repeats the last sound for a moment when nothing follows it. */
const TAIL_MS = 200;

/** When an utterance was sent, in `performance.now()`. */
export interface Utterance {
  readonly startedAtMs: number;
  /** The end of its last voiced moment: what voice-to-voice latency counts from. */
  readonly lastVoicedAtMs: number;
  readonly endedAtMs: number;
}

/** A published microphone: silence, in real time, whenever nothing is spoken. */
export interface Microphone {
  /** Speaks in real time; returns when the last sample was sent. One utterance waits for the one before. */
  speak(sound: Sound): Promise<Utterance>;
  close(): Promise<void>;
}

export async function publishMicrophone(room: Room): Promise<Microphone> {
  const source = new AudioSource(SAMPLE_RATE, 1, QUEUE_MS);
  const track = LocalAudioTrack.createAudioTrack('microphone', source);
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
  await room.localParticipant?.publishTrack(track, options);
  let previous: Promise<unknown> = Promise.resolve();
  return {
    speak(sound) {
      const spoken = previous.then(() => send(source, resampled(sound, SAMPLE_RATE)));
      previous = spoken.catch(() => {});
      return spoken;
    },
    close: () => track.close(),
  };
}

async function send(source: AudioSource, sound: Sound): Promise<Utterance> {
  const { samples } = joined(sound, silence(TAIL_MS, SAMPLE_RATE));
  const frame = (SAMPLE_RATE * FRAME_MS) / 1000;
  const startedAtMs = performance.now();
  for (let at = 0; at < samples.length; at += frame) {
    // A copy: the native side reads the whole buffer below a view.
    const part = samples.slice(at, at + frame);
    await source.captureFrame(new AudioFrame(part, SAMPLE_RATE, 1, part.length));
  }
  const endedAtMs = startedAtMs + durationMs(sound);
  await sleep(Math.max(0, endedAtMs + TAIL_MS - performance.now()));
  const voicedEndMs = voicedExtent(sound)?.endMs ?? durationMs(sound);
  return { startedAtMs, lastVoicedAtMs: startedAtMs + voicedEndMs, endedAtMs };
}
