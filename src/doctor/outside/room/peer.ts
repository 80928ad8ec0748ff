import { SessionDescription } from '@livekit/protocol';
import type { RTCPeerConnection } from 'werift';
import type { Signalling } from '../../signalling.ts';
import type { TurnAccess } from './turn-access.ts';

/** The path that media takes: from the address on the relay to LiveKit. */
export interface RelayPath {
  /** Where the relay meets LiveKit, such as `10.0.3.7:50123`. */
  readonly relay: string;
  /** Where LiveKit meets the relay. */
  readonly livekit: string;
}

/** Only candidates of this relay. */
export const relayOnly = ({ url, username, credential }: TurnAccess) => ({
  iceServers: [{ urls: url, username, credential }],
  iceTransportPolicy: 'relay' as const,
  iceUseIpv6: false,
});

/** Takes LiveKit's offer, and answers it with the candidates in the answer: werift has gathered them by then. */
export async function answerOffer(
  peer: RTCPeerConnection,
  { sdp, id }: SessionDescription,
  signalling: Signalling,
): Promise<void> {
  await peer.setRemoteDescription({ type: 'offer', sdp });
  await peer.setLocalDescription(await peer.createAnswer());
  signalling.send({ case: 'answer', value: descriptionOf(peer, id) });
}

/** Offers LiveKit what is to be sent. The answer comes by signalling. */
export async function sendOffer(peer: RTCPeerConnection, signalling: Signalling): Promise<void> {
  await peer.setLocalDescription(await peer.createOffer());
  signalling.send({ case: 'offer', value: descriptionOf(peer, 1) });
}

function descriptionOf({ localDescription }: RTCPeerConnection, id: number): SessionDescription {
  return new SessionDescription({
    type: localDescription?.type ?? '',
    sdp: localDescription?.sdp ?? '',
    id,
  });
}

/** `undefined` while there is none. */
export function pathOf(peer: RTCPeerConnection): RelayPath | undefined {
  const pair = peer.iceTransports[0]?.connection.nominated;
  if (!pair) return undefined;
  const { host, port } = pair.localCandidate;
  const [remoteHost, remotePort] = pair.remoteAddr;
  return { relay: `${host}:${port}`, livekit: `${remoteHost}:${remotePort}` };
}
