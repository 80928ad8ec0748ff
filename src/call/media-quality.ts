import type { Room } from '@livekit/rtc-node';
import type { Happening, Subscriber } from '../observe/call-events.ts';
import type { MediaHappening } from '../observe/media-events.ts';
import type { Clock } from '../openai/clock.ts';
import { type IcePair, pairIn } from '../probe/ice.ts';

type Path = Extract<MediaHappening, { type: 'media-path' }>;

/** Short calls are looked at too. */
const FIRST_LOOK_MS = 2000;
const LOOK_EVERY_MS = 10_000;

/** One track that comes to the agent, as WebRTC counts since it began. */
export interface HeardTrack {
  readonly ssrc: number;
  readonly received: number;
  /** Falls where packets come late, or twice. */
  readonly lost: number;
  readonly jitterMs: number;
}

export interface MediaView {
  readonly pair: IcePair | undefined;
  readonly tracks: readonly HeardTrack[];
}

export interface MediaParts {
  /** Of the room, by `mediaOf`. */
  look(): Promise<MediaView>;
  clock: Clock;
  /** The call is over. */
  signal: AbortSignal;
  emit(happening: Happening): void;
}

/**
 * What WebRTC says of the sound that comes to the agent. LiveKit sends callers' packets on as they come, with their numbers: what was lost
 * on the way to it is missing here too, and jitter is that of both ways.
 *
 * @throws Error when the room is not connected.
 */
export async function mediaOf(room: Pick<Room, 'getRtcStats'>): Promise<MediaView> {
  const { publisherStats, subscriberStats } = await room.getRtcStats();
  // With one peer connection for both directions, all of them stand with the publisher's.
  const tracks = [...publisherStats, ...subscriberStats].flatMap(({ stats }): HeardTrack[] => {
    if (stats.case !== 'inboundRtp' || stats.value.stream?.kind !== 'audio') return [];
    const { stream, received } = stats.value;
    const counted = {
      received: Number(received?.packetsReceived ?? 0),
      lost: Number(received?.packetsLost ?? 0),
    };
    return [{ ssrc: stream.ssrc ?? 0, ...counted, jitterMs: (received?.jitter ?? 0) * 1000 }];
  });
  return { pair: pairIn(subscriberStats) ?? pairIn(publisherStats), tracks };
}

/** Tells by which way the sound comes, once and when it changes, and what of it was lost; from `started` on, every 10 s. */
export function watchMedia(parts: MediaParts): Subscriber {
  return (event) => {
    if (event.type === 'started') new MediaWatch(parts, event.via).begin();
  };
}

class MediaWatch {
  readonly #parts: MediaParts;
  readonly #via: 'web' | 'sip';
  #before = new Map<number, HeardTrack>();
  #path = '';
  #cancel = () => {};

  constructor(parts: MediaParts, via: 'web' | 'sip') {
    this.#parts = parts;
    this.#via = via;
  }

  begin(): void {
    const { signal } = this.#parts;
    signal.addEventListener('abort', () => this.#cancel(), { once: true });
    if (!signal.aborted) this.#next(FIRST_LOOK_MS);
  }

  #next(afterMs: number): void {
    this.#cancel = this.#parts.clock.after(afterMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    // A room that is just not connected says nothing.
    const view = await this.#parts.look().catch(() => undefined);
    if (this.#parts.signal.aborted) return;
    if (view) this.#tell(view);
    this.#next(LOOK_EVERY_MS);
  }

  #tell({ pair, tracks }: MediaView): void {
    const { emit } = this.#parts;
    const path = pair && pathOf(pair, this.#via);
    if (path && this.#path !== `${path.kind} ${path.protocol}`) {
      this.#path = `${path.kind} ${path.protocol}`;
      emit(path);
    }
    const [received, lost] = [this.#since(tracks, 'received'), this.#since(tracks, 'lost')];
    this.#before = new Map(tracks.map((track) => [track.ssrc, track]));
    if (received + lost === 0) return;
    const jitterMs = Math.max(...tracks.map((track) => track.jitterMs));
    emit({ type: 'media-heard', via: this.#via, received, lost, jitterMs });
  }

  #since(tracks: readonly HeardTrack[], count: 'received' | 'lost'): number {
    const more = (track: HeardTrack) => track[count] - (this.#before.get(track.ssrc)?.[count] ?? 0);
    return tracks.reduce((sum, track) => sum + Math.max(0, more(track)), 0);
  }
}

const KINDS = ['host', 'srflx', 'prflx', 'relay'] as const;
const PROTOCOLS = ['udp', 'tcp', 'tls'] as const;

function pathOf({ local }: IcePair, via: 'web' | 'sip'): Path {
  const protocol = local.relayProtocol ?? local.protocol;
  return {
    ...{ type: 'media-path', via },
    kind: KINDS.find((one) => one === local.type) ?? 'other',
    protocol: PROTOCOLS.find((one) => one === protocol) ?? 'other',
  };
}
