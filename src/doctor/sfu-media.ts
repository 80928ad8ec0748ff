import { randomBytes } from 'node:crypto';
import { SessionDescription } from '@livekit/protocol';
import { AppError, TurnError } from '../errors.ts';
import { numberAttribute, textAttribute } from '../stun/attributes.ts';
import { bindingRequest } from '../stun/binding.ts';
import { ATTRIBUTE, CLASS, decode, TRANSACTION_ID_BYTES } from '../stun/message.ts';
import type { Signalling } from './signalling.ts';

/** Where an SFU takes media of the check's participant, and how it is asked there. */
export interface SfuMedia {
  /** IPv4 addresses with UDP ports, such as `10.0.0.7:50000`. */
  candidates: readonly string[];
  /** An ICE check (RFC 8445): the SFU answers to its own participants alone, so an answer is the SFU's. */
  request(length?: number): { bytes: Buffer; isAnsweredBy(bytes: Buffer): boolean };
}

/** Highest of a relayed candidate, RFC 8445 §5.1.2. */
const PRIORITY = 0x00ffffff;

/**
 * Takes part in ICE as far as it needs no media: answers the SFU's first offer, which has data channels alone, so that it
 * listens for ICE checks with our name, and learns its candidates.
 *
 * @throws AppError when the SFU makes no offer.
 */
export async function openSfuMedia(joined: Signalling, signal: AbortSignal): Promise<SfuMedia> {
  const offer = await joined.next('offer', signal);
  const [theirName, theirPassword] = [attributeOf(offer.sdp, 'ice-ufrag'), attributeOf(offer.sdp, 'ice-pwd')];
  if (!theirName || !theirPassword) throw new AppError('the SFU’s offer has no ICE name and password');
  const ourName = randomBytes(6).toString('hex');
  const sdp = answerTo(offer.sdp, ourName);
  joined.send({ case: 'answer', value: new SessionDescription({ type: 'answer', sdp, id: offer.id }) });
  const candidates = [...candidatesOf(offer.sdp)];
  while (candidates.length === 0) {
    const { candidateInit, final } = await joined.next('trickle', signal);
    candidates.push(...candidatesOf(candidateInit));
    if (final) break;
  }
  const key = Buffer.from(theirPassword);
  return {
    candidates,
    request(length = 0) {
      const transactionId = randomBytes(TRANSACTION_ID_BYTES);
      const attributes = [
        textAttribute(ATTRIBUTE.username, `${theirName}:${ourName}`),
        numberAttribute(ATTRIBUTE.priority, PRIORITY),
        [ATTRIBUTE.iceControlled, randomBytes(8)] as const,
      ];
      const bytes = bindingRequest({ transactionId, attributes, length, key });
      return { bytes, isAnsweredBy: (answer) => isAnswer(answer, transactionId, key) };
    },
  };
}

const attributeOf = (sdp: string, name: string) => new RegExp(`^a=${name}:(\\S+)`, 'm').exec(sdp)?.[1];

/** IPv4 over UDP alone: what a relay of LiveKit's sends to. */
function candidatesOf(text: string): string[] {
  const found = text.matchAll(/candidate:\S+ \d+ udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host/gi);
  return [...found].map(([, host, port]) => `${host}:${port}`);
}

/** Nothing is sent after ICE, so the fingerprint is nobody's. */
function answerTo(offer: string, name: string): string {
  const [media = 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel'] = /^m=.*$/m.exec(offer) ?? [];
  const mid = attributeOf(offer, 'mid') ?? '0';
  const fingerprint = [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  return [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${mid}`, media.trim()],
    ...['c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=setup:active', 'a=sctp-port:5000'],
    ...[`a=ice-ufrag:${name}`, `a=ice-pwd:${randomBytes(16).toString('hex')}`],
    ...[`a=fingerprint:sha-256 ${fingerprint.toUpperCase()}`, ''],
  ].join('\r\n');
}

function isAnswer(bytes: Buffer, transactionId: Buffer, key: Buffer): boolean {
  try {
    const answer = decode(bytes, key);
    return answer.class === CLASS.success && answer.transactionId.equals(transactionId);
  } catch (error) {
    if (error instanceof TurnError) return false;
    throw error;
  }
}
