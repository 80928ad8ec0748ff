import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { voicedExtent } from './measure.ts';
import type { Microphone } from './microphone.ts';
import { HEARD_RATE } from './recording.ts';
import { durationMs, resampled, type Sound } from './wav.ts';

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = SAMPLE_RATE / 50;
/** Handed to WebRTC ahead of time. */
const QUEUE_MS = 100;
/** Frames that come a little late or early still follow each other without a gap. */
const JOIN_SAMPLES = SAMPLE_RATE / 5;

/** How the agent's voice comes back through a caller's loudspeaker. */
export interface EchoWay {
  /** How much softer than it was heard; −12 is loud. */
  echoDb: number;
  delayMs: number;
}

/** A microphone beside a loudspeaker: it also hears the agent. */
export interface OpenMicrophone extends Microphone {
  /** The agent's voice as it is played: mono at 24 kHz. */
  plays(samples: Int16Array): void;
}

interface Part {
  samples: Int16Array;
  /** Of the microphone's samples. */
  startAt: number;
  gain: number;
  isEcho?: boolean;
  onEnd?: () => void;
}

/** Publishes a microphone that sends all the time what is spoken and what its loudspeaker plays, mixed. */
export async function publishOpenMicrophone(
  room: Room,
  { echoDb, delayMs }: EchoWay,
): Promise<OpenMicrophone> {
  const source = new AudioSource(SAMPLE_RATE, 1, QUEUE_MS);
  const track = LocalAudioTrack.createAudioTrack('microphone', source);
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
  await room.localParticipant?.publishTrack(track, options);
  let parts: Part[] = [];
  let sent = 0;
  let echoEnd = 0;
  let isOpen = true;
  const pump = async () => {
    while (isOpen) {
      const frame = mixed(parts, sent);
      sent += FRAME_SAMPLES;
      await source.captureFrame(new AudioFrame(frame, SAMPLE_RATE, 1, frame.length));
      for (const { onEnd } of parts.filter((part) => endOf(part) <= sent)) onEnd?.();
      parts = parts.filter((part) => endOf(part) > sent);
    }
  };
  // It ends with the room.
  pump().catch(() => {});
  return {
    plays(samples) {
      const sound = resampled({ samples, sampleRate: HEARD_RATE }, SAMPLE_RATE);
      const dueAt = sent + (delayMs * SAMPLE_RATE) / 1000;
      const startAt = Math.abs(dueAt - echoEnd) < JOIN_SAMPLES ? echoEnd : dueAt;
      // A loudspeaker that is behind leaves something out; it never plays two sounds at once.
      parts = parts.map((part) => (part.isEcho ? cutAt(part, startAt) : part));
      echoEnd = startAt + sound.samples.length;
      parts.push({ samples: sound.samples, startAt, gain: 10 ** (echoDb / 20), isEcho: true });
    },
    speak(sound: Sound) {
      const startedAtMs = performance.now();
      const { samples } = resampled(sound, SAMPLE_RATE);
      return new Promise((resolve) => {
        const onEnd = () =>
          resolve({
            startedAtMs,
            lastVoicedAtMs: startedAtMs + (voicedExtent(sound)?.endMs ?? durationMs(sound)),
            endedAtMs: startedAtMs + durationMs(sound),
          });
        parts.push({ samples, startAt: sent, gain: 1, onEnd });
      });
    },
    async close() {
      isOpen = false;
      await track.close();
    },
  };
}

const endOf = ({ startAt, samples }: Part): number => startAt + samples.length;

function cutAt(part: Part, at: number): Part {
  return endOf(part) <= at
    ? part
    : { ...part, samples: part.samples.subarray(0, Math.max(0, at - part.startAt)) };
}

function mixed(parts: readonly Part[], from: number): Int16Array {
  const sum = new Float64Array(FRAME_SAMPLES);
  for (const { samples, startAt, gain } of parts) {
    for (let at = Math.max(0, startAt - from); at < FRAME_SAMPLES; at++) {
      sum[at] = (sum[at] ?? 0) + gain * (samples[from + at - startAt] ?? 0);
    }
  }
  return Int16Array.from(sum, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
}
