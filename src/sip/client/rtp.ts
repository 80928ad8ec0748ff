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
  /** Queued behind what is being said. */
  say(samples: Int16Array): void;
  /** All that came so far, in the order of arrival, from a sample on; default the first. */
  heard(from?: number): Int16Array;
  /** How many samples came so far. */
  length(): number;
  packets(): number;
  close(): void;
}

/** @param address - of this machine, to listen at. */
export async function openRtp(address: string): Promise<RtpLeg> {
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
  });
  const queue: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  return {
    port: (socket.address() as AddressInfo).port,
    sendTo(to) {
      const next = packetMaker();
      clearInterval(timer);
      timer = setInterval(
        () => socket.send(next(queue.shift() ?? muLawSilence(FRAME)), to.port, to.address),
        FRAME_MS,
      );
    },
    say(samples) {
      for (let at = 0; at < samples.length; at += FRAME) {
        const frame = toMuLaw(samples.subarray(at, at + FRAME));
        queue.push(Buffer.concat([frame, muLawSilence(FRAME - frame.length)]));
      }
    },
    heard: (from = 0) => joined(pieces, from),
    length: () => length,
    packets: () => pieces.length,
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
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
