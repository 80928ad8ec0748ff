import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { decodeG711, muLawSilence, toMuLaw } from './g711.ts';
import { PCMA, PCMU } from './sdp.ts';

const HEADER_BYTES = 12;
const FRAME_MS = 20;
/** Samples of a frame at 8 kHz. */
const FRAME = 160;

/** Sound both ways over RTP: G.711, 8 kHz, mono, frames of 20 ms. */
export interface RtpLeg {
  port: number;
  /** Begins to send there: silence, and what `say` is given. */
  sendTo(to: { address: string; port: number }): void;
  /** Queued behind what is being said; resolves when all of it was sent, with when that began and ended (`performance.now()`). */
  say(samples: Int16Array): Promise<{ startedAtMs: number; endedAtMs: number }>;
  /** All that came so far, in the order of arrival, from a sample on; default the first. */
  heard(from?: number): Int16Array;
  /** How many samples came so far. */
  length(): number;
  packets(): number;
  close(): void;
}

/**
 * @param address - of this machine, to listen at.
 * @param onSound - given what comes, as it comes: mono, 16-bit, 8 kHz.
 */
export async function openRtp(
  address: string,
  onSound: (samples: Int16Array) => void = () => {},
): Promise<RtpLeg> {
  const socket = createSocket('udp4');
  socket.on('error', () => {}); // a port that refuses: nothing more is heard, and that is what is judged
  socket.bind(0, address);
  await once(socket, 'listening');
  const pieces: Int16Array[] = [];
  let length = 0;
  socket.on('message', (packet: Buffer) => {
    const payloadType = (packet[1] ?? 0) & 0x7f;
    if (packet.length <= HEADER_BYTES || ![PCMU, PCMA].includes(payloadType)) return;
    const piece = decodeG711(packet.subarray(HEADER_BYTES), payloadType);
    pieces.push(piece);
    length += piece.length;
    onSound(piece);
  });
  const queue: { payload: Buffer; onSent?: () => void }[] = [];
  let stop = () => {};
  return {
    port: (socket.address() as AddressInfo).port,
    sendTo(to) {
      const next = packetMaker();
      stop();
      stop = eachFrame(() => {
        const { payload, onSent } = queue.shift() ?? { payload: muLawSilence(FRAME) };
        socket.send(next(payload), to.port, to.address);
        onSent?.();
      });
    },
    say(samples) {
      const frames: { payload: Buffer; onSent?: () => void }[] = [];
      for (let at = 0; at < samples.length; at += FRAME) {
        const frame = toMuLaw(samples.subarray(at, at + FRAME));
        frames.push({ payload: Buffer.concat([frame, muLawSilence(FRAME - frame.length)]) });
      }
      const [first, last] = [frames[0], frames.at(-1)];
      if (!first || !last) return Promise.resolve(now());
      return new Promise((resolve) => {
        let startedAtMs = 0;
        const ended = () => resolve({ startedAtMs, endedAtMs: performance.now() + FRAME_MS });
        first.onSent = () => {
          startedAtMs = performance.now();
          if (first === last) ended();
        };
        if (first !== last) last.onSent = ended;
        queue.push(...frames);
      });
    },
    heard: (from = 0) => joined(pieces, from),
    length: () => length,
    packets: () => pieces.length,
    close() {
      stop();
      socket.close();
    },
  };
}

const now = () => ({ startedAtMs: performance.now(), endedAtMs: performance.now() });

/** Sends frames in step with the clock: Node's intervals are each a little late, and speech would be slower by that. */
function eachFrame(send: () => void): () => void {
  const startedMs = performance.now();
  let sent = 0;
  const tick = () => {
    while (performance.now() - startedMs >= (sent + 1) * FRAME_MS) {
      send();
      sent += 1;
    }
    timer = setTimeout(tick, startedMs + (sent + 1) * FRAME_MS - performance.now());
  };
  let timer = setTimeout(tick, FRAME_MS);
  return () => clearTimeout(timer);
}

/** RFC 3550 §5.1: sequence and time go on from frame to frame. */
function packetMaker(): (payload: Buffer) => Buffer {
  const source = randomBytes(4);
  let sequence = randomBytes(2).readUInt16BE();
  let time = randomBytes(4).readUInt32BE();
  return (payload) => {
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = 0x80;
    header[1] = PCMU;
    header.writeUInt16BE(sequence, 2);
    header.writeUInt32BE(time, 4);
    source.copy(header, 8);
    sequence = (sequence + 1) & 0xffff;
    time = (time + FRAME) >>> 0;
    return Buffer.concat([header, payload]);
  };
}

function joined(pieces: readonly Int16Array[], from: number): Int16Array {
  let end = pieces.reduce((length, piece) => length + piece.length, 0);
  const all = new Int16Array(Math.max(0, end - from));
  for (const piece of pieces.toReversed()) {
    end -= piece.length;
    if (end + piece.length <= from) break;
    all.set(piece.subarray(Math.max(0, from - end)), Math.max(0, end - from));
  }
  return all;
}
