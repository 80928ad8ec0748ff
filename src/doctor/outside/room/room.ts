import {
  AddTrackRequest,
  DataPacket,
  type JoinResponse,
  type ParticipantInfo,
  ParticipantInfo_State,
  SignalTarget,
  TrackSource,
  TrackType,
} from '@livekit/protocol';
import type { RTCDataChannel, RTCPeerConnection } from 'werift';
import { AppError, messageOf } from '../../../errors.ts';
import { createWatch, type Watch } from '../../../probe/watch.ts';
import { type FromServer, openSignalling, type Signalling } from '../../signalling.ts';
import { answerOffer, pathOf, type RelayPath, relayOnly, sendOffer } from './peer.ts';
import type { TurnAccess } from './turn-access.ts';
import { createEar, type Ear, type Mouth, openMouth } from './voice.ts';

type WebRtc = typeof import('../webrtc.ts');

const PUBLISHED_WITHIN_MS = 12_000;
const IN_ORDER: ReadonlySet<FromServer['case']> = new Set(['offer', 'answer', 'trickle']);
const KINDS = ['offer', 'answer', 'trickle', 'trackPublished', 'update', 'leave'] as const;

export interface JoinOptions {
  url: string;
  token: string;
  turn: TurnAccess;
  /** Ends attempt and stay. */
  signal: AbortSignal;
}

/** LiveKit let us in, and no sound comes or goes through the relay. */
export class NoMediaPath extends AppError {}

type DataListener = (payload: Uint8Array, topic: string) => void;

/** A participant whose media goes through one address of a TURN server only. */
export interface RelayedRoom {
  readonly identity: string;
  /** From the first packet of signalling to media that flows both ways. */
  readonly setUpMs: number;
  readonly path: RelayPath;
  /** The first attempt got no path for media. */
  readonly isSecondAttempt: boolean;
  /** Others in the room, by identity. */
  readonly others: ReadonlyMap<string, ParticipantInfo>;
  /** What is heard of the others. */
  readonly ear: Ear;
  readonly mouth: Mouth;
  readonly until: Watch['until'];
  /** Sends bytes to the others, once, never again. */
  sendLossy(payload: Uint8Array<ArrayBuffer>, topic: string): void;
  /** Hears of all bytes that others send. */
  onData(listener: DataListener): void;
  readonly leave: () => Promise<void>;
}

/**
 * One attempt, for as long as `withinMs` once LiveKit has taken the microphone.
 *
 * @throws what `joinByRelay` throws
 */
export async function joinOnce(
  webrtc: WebRtc,
  options: JoinOptions,
  withinMs: number,
): Promise<RelayedRoom & { isSecondAttempt: boolean }> {
  const startedMs = performance.now();
  const signalling = await openSignalling(options.url, options.token, options.signal, { hears: true });
  if ('status' in signalling) throw new AppError(`LiveKit answers ${signalling.status} in place of a room`);
  const join = await signalling.next('join', options.signal);
  const room = new Room(webrtc, { signalling, join }, relayOnly(options.turn));
  const end = () => void room.leave();
  options.signal.addEventListener('abort', end, { once: true });
  try {
    await room.open(withinMs);
    room.setUpMs = performance.now() - startedMs;
    return room;
  } catch (error) {
    await room.leave();
    throw error;
  }
}

class Room implements RelayedRoom {
  readonly #signalling: Signalling;
  readonly #publisher: RTCPeerConnection;
  readonly #subscriber: RTCPeerConnection;
  readonly #lossy: RTCDataChannel;
  readonly #watch = createWatch(() => this.#describe());
  readonly #listeners: DataListener[] = [];
  readonly #published = new Set<string>();
  readonly #left = new AbortController();
  /** Descriptions and candidates are taken one after the other, as they came: a candidate belongs to the description before it. */
  #described: Promise<void> = Promise.resolve();
  #ended: string | undefined;
  readonly others = new Map<string, ParticipantInfo>();
  readonly identity: string;
  readonly ear: Ear;
  readonly mouth: Mouth;
  readonly until = this.#watch.until;
  setUpMs = 0;
  isSecondAttempt = false;

  constructor(
    webrtc: WebRtc,
    { signalling, join }: { signalling: Signalling; join: JoinResponse },
    config: ReturnType<typeof relayOnly>,
  ) {
    this.#signalling = signalling;
    this.identity = join.participant?.identity ?? '';
    this.#publisher = new webrtc.RTCPeerConnection(config);
    this.#subscriber = new webrtc.RTCPeerConnection(config);
    this.ear = createEar(webrtc, this.#watch.changed);
    this.mouth = openMouth(webrtc);
    this.#publisher.createDataChannel('_reliable', { ordered: true });
    this.#lossy = this.#publisher.createDataChannel('_lossy', { ordered: false, maxRetransmits: 0 });
    this.#lossy.stateChanged.subscribe(() => this.#watch.changed());
    this.#subscriber.onTrack.subscribe((track) => this.ear.hear(track));
    this.#subscriber.onDataChannel.subscribe((channel) => {
      channel.onMessage.subscribe((bytes) => this.#took(bytes));
    });
    for (const peer of [this.#publisher, this.#subscriber])
      peer.connectionStateChange.subscribe(() => this.#watch.changed());
    this.#meet(join.otherParticipants);
  }

  get path(): RelayPath {
    const path = pathOf(this.#subscriber) ?? pathOf(this.#publisher);
    if (!path) throw new AppError('no path of media is known');
    return path;
  }

  async open(withinMs: number): Promise<void> {
    for (const kind of KINDS) void this.#follow(kind);
    const { cid } = this.mouth;
    const track = { cid, name: 'microphone', type: TrackType.AUDIO, source: TrackSource.MICROPHONE };
    this.#signalling.send({ case: 'addTrack', value: new AddTrackRequest({ ...track, disableDtx: true }) });
    await this.until('LiveKit to take the microphone', () => this.#published.has(cid), PUBLISHED_WITHIN_MS);
    this.#publisher.addTransceiver(this.mouth.track, { direction: 'sendonly' });
    await sendOffer(this.#publisher, this.#signalling);
    const isUp = () =>
      this.#isUp(this.#publisher) && this.#isUp(this.#subscriber) && this.#lossy.readyState === 'open';
    await this.until('media both ways', isUp, withinMs).catch((cause) => {
      throw new NoMediaPath(messageOf(cause), { cause });
    });
    this.mouth.open();
  }

  sendLossy(payload: Uint8Array<ArrayBuffer>, topic: string): void {
    this.#lossy.send(packetOf(payload, topic));
  }

  onData(listener: DataListener): void {
    this.#listeners.push(listener);
  }

  readonly leave = async (): Promise<void> => {
    this.mouth.close();
    this.#left.abort();
    await this.#signalling.leave();
    await Promise.all([this.#publisher.close(), this.#subscriber.close()]);
  };

  #isUp(peer: RTCPeerConnection): boolean {
    if (this.#ended) throw new AppError(this.#ended);
    return peer.connectionState === 'connected';
  }

  /** Until the connection is closed. */
  async #follow(kind: FromServer['case']): Promise<void> {
    try {
      for (;;) {
        const value = await this.#signalling.next(kind, this.#left.signal);
        const message = { case: kind, value } as FromServer;
        await (IN_ORDER.has(kind) ? this.#inOrder(message) : this.#handle(message));
      }
    } catch (error) {
      if (this.#left.signal.aborted) return;
      this.#ended ??= messageOf(error);
      this.#watch.changed();
    }
  }

  #inOrder(message: FromServer): Promise<void> {
    const handled = this.#described.then(() => this.#handle(message));
    this.#described = handled.catch(() => {});
    return handled;
  }

  async #handle(message: FromServer): Promise<void> {
    switch (message.case) {
      case 'offer':
        await answerOffer(this.#subscriber, message.value, this.#signalling);
        break;
      case 'answer':
        await this.#publisher.setRemoteDescription({ type: 'answer', sdp: message.value.sdp });
        break;
      case 'trickle': {
        const isOurs = message.value.target === SignalTarget.PUBLISHER;
        const candidate = JSON.parse(message.value.candidateInit);
        await (isOurs ? this.#publisher : this.#subscriber).addIceCandidate(candidate);
        break;
      }
      case 'trackPublished':
        this.#published.add(message.value.cid);
        break;
      case 'update':
        this.#meet(message.value.participants);
        break;
      case 'leave':
        this.#ended = 'LiveKit ended the connection';
        break;
    }
    this.#watch.changed();
  }

  #meet(participants: readonly ParticipantInfo[]): void {
    for (const who of participants) {
      if (who.identity === this.identity) continue;
      if (who.state === ParticipantInfo_State.DISCONNECTED) this.others.delete(who.identity);
      else this.others.set(who.identity, who);
    }
  }

  #took(bytes: string | Buffer): void {
    if (typeof bytes === 'string') return;
    const { value } = DataPacket.fromBinary(bytes);
    if (value.case !== 'user') return;
    for (const listener of this.#listeners) listener(value.value.payload, value.value.topic ?? '');
    this.#watch.changed();
  }

  #describe(): string {
    return `sending: ${this.#publisher.connectionState}, receiving: ${this.#subscriber.connectionState}`;
  }
}

function packetOf(payload: Uint8Array<ArrayBuffer>, topic: string): Buffer {
  const packet = new DataPacket({ value: { case: 'user', value: { payload, topic } } } as object);
  return Buffer.from(packet.toBinary());
}
