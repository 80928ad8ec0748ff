/** Static payload types of G.711 (RFC 3551). */
export const PCMU = 0;
export const PCMA = 8;
/** DTMF (RFC 4733), by a number of our choice. */
const EVENTS = 101;

/** An offer, or an answer, of G.711 both ways at an address and UDP port. */
export function g711Sdp(address: string, port: number): string {
  return `${[
    'v=0',
    `o=- ${Date.now()} 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${PCMU} ${PCMA} ${EVENTS}`,
    `a=rtpmap:${PCMU} PCMU/8000`,
    `a=rtpmap:${PCMA} PCMA/8000`,
    `a=rtpmap:${EVENTS} telephone-event/8000`,
    `a=fmtp:${EVENTS} 0-15`,
    'a=ptime:20',
    'a=sendrecv',
  ].join('\r\n')}\r\n`;
}

/** What the other end says of its sound. */
export interface AudioAnswer {
  address: string;
  port: number;
  /** Such as `PCMU`, in the order of its choice. */
  codecs: readonly string[];
  /** The first payload type of its line. */
  payloadType: number;
}

const STATIC: Readonly<Record<number, string>> = { 0: 'PCMU', 8: 'PCMA', 9: 'G722', 18: 'G729' };

/** `undefined` when there is no line of sound. */
export function readAudio(sdp: string): AudioAnswer | undefined {
  const media = /^m=audio (\d+) \S+ ([\d ]+)/m.exec(sdp);
  const address = /^c=IN IP4 ([\d.]+)/m.exec(sdp)?.[1];
  if (!media || !address) return undefined;
  const types = (media[2] ?? '').trim().split(' ').map(Number);
  const names = new Map(
    [...sdp.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)/gm)].map(([, type, name = '']) => [Number(type), name]),
  );
  const codecs = types.map((type) => names.get(type) ?? STATIC[type] ?? `payload type ${type}`);
  return { address, port: Number(media[1]), codecs, payloadType: types[0] ?? PCMU };
}
