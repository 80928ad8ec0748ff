import { PCMA } from './sdp.ts';

/** G.711 of a payload type as 16-bit samples at 8 kHz. */
export function decodeG711(bytes: Uint8Array, payloadType: number): Int16Array {
  const decode = payloadType === PCMA ? fromALaw : fromMuLaw;
  return Int16Array.from(bytes, decode);
}

/** Silence of both laws is near zero, not zero. */
export const muLawSilence = (samples: number): Buffer => Buffer.alloc(samples, 0xff);

/** ITU-T G.711, table 2. */
export function toMuLaw(samples: Int16Array): Buffer {
  return Buffer.from(
    Uint8Array.from(samples, (sample) => {
      const sign = sample < 0 ? 0x80 : 0;
      const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
      const exponent = 31 - Math.clz32(magnitude) - 7;
      const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
      return ~(sign | (exponent << 4) | mantissa) & 0xff;
    }),
  );
}

function fromMuLaw(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 132) << ((code >> 4) & 0x07)) - 132;
  return code & 0x80 ? -magnitude : magnitude;
}

function fromALaw(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 0x07;
  const mantissa = ((code & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
}
