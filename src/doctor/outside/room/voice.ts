import { randomInt, randomUUID } from 'node:crypto';
import type { MediaStreamTrack } from 'werift';
import { createRecording, HEARD_FRAME_MS, HEARD_RATE, type Recording } from '../../../probe/recording.ts';
import { resampled, type Sound } from '../../../probe/wav.ts';

type WebRtc = typeof import('../webrtc.ts');

const SEND_RATE = 48_000;
const FRAME_MS = 20;
const FRAME_SAMPLES = (SEND_RATE * FRAME_MS) / 1000;
/** Opus as browsers name it; LiveKit maps it to its own. */
const PAYLOAD_TYPE = 96;

/** What is heard in a room. */
export interface Ear {
  /** Mono, 24 kHz. */
  readonly heard: Recording;
  /** Packets of sound that came. */
  readonly packets: number;
  hear(track: MediaStreamTrack): void;
}

/** Decodes what comes; silence that is not sent leaves no frames, so times are those of arrival. */
export function createEar({ Decoder }: WebRtc, onChange: () => void): Ear {
  const heard = createRecording();
  const frame = (HEARD_RATE * HEARD_FRAME_MS) / 1000;
  let packets = 0;
  return {
    heard,
    get packets() {
      return packets;
    },
    hear(track) {
      if (track.kind !== 'audio') return;
      const decoder = new Decoder({ channels: 1, sample_rate: HEARD_RATE });
      track.onReceiveRtp.subscribe(({ payload }) => {
        if (payload.length === 0) return;
        packets += 1;
        const bytes = decoder.decode(payload);
        const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
        const atMs = performance.now();
        for (let at = 0; at + frame <= samples.length; at += frame)
          heard.add(
            samples.subarray(at, at + frame),
            atMs - ((samples.length - at - frame) / HEARD_RATE) * 1000,
          );
        onChange();
      });
    },
  };
}

/** A microphone: silence in real time, and what is spoken. */
export interface Mouth {
  readonly track: MediaStreamTrack;
  /** What LiveKit knows the track by until it has a name for it. */
  readonly cid: string;
  /** Begins to send. */
  open(): void;
  /** Speaks in real time; the `performance.now()` at which the last sample was sent. */
  speak(sound: Sound): Promise<number>;
  close(): void;
}

export function openMouth({
  Encoder,
  MediaStreamTrack: Track,
  RtpHeader,
  RtpPacket,
  RTCRtpCodecParameters,
}: WebRtc): Mouth {
  const cid = randomUUID();
  const codec = new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: SEND_RATE, channels: 2 });
  const track = new Track({ kind: 'audio', id: cid, codec });
  const encoder = new Encoder({ channels: 1, sample_rate: SEND_RATE, application: 'voip' });
  const silence = new Int16Array(FRAME_SAMPLES);
  const queue: { frame: Int16Array; onSent?: (atMs: number) => void }[] = [];
  let sequenceNumber = randomInt(0x8000);
  let timestamp = randomInt(0x8000_0000);
  let timer: NodeJS.Timeout | undefined;

  const sendFrame = () => {
    const { frame, onSent } = queue.shift() ?? { frame: silence };
    const header = new RtpHeader({ payloadType: PAYLOAD_TYPE, sequenceNumber, timestamp });
    track.writeRtp(new RtpPacket(header, Buffer.from(encoder.encode(frame))));
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + FRAME_SAMPLES) >>> 0;
    onSent?.(performance.now());
  };

  return {
    ...{ track, cid },
    open() {
      const startedMs = performance.now();
      let sent = 0;
      timer = setInterval(() => {
        for (; sent * FRAME_MS <= performance.now() - startedMs; sent += 1) sendFrame();
      }, FRAME_MS / 2);
    },
    speak(sound) {
      const { samples } = resampled(sound, SEND_RATE);
      return new Promise((resolve) => {
        for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
          const frame = new Int16Array(FRAME_SAMPLES);
          frame.set(samples.subarray(at, at + FRAME_SAMPLES));
          const isLast = at + FRAME_SAMPLES >= samples.length;
          queue.push({ frame, ...(isLast && { onSent: resolve }) });
        }
      });
    },
    close() {
      clearInterval(timer);
      queue.length = 0;
    },
  };
}
