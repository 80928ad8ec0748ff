import { EventEmitter } from 'node:events';
import {
  DisconnectReason,
  ParticipantKind,
  type RemoteParticipant,
  type RemoteTrackPublication,
  type Room,
  RoomEvent,
  TrackKind,
} from '@livekit/rtc-node';

/** A room as a call sees it, without a server. */
export class FakeRoom extends EventEmitter {
  isConnected = true;
  metadata = '';
  name = 'room';
  readonly remoteParticipants = new Map<string, RemoteParticipant>();
  /** Data packets that the agent sent, as JSON. */
  readonly sent: unknown[] = [];
  /** Texts that it wrote, as topic and text. */
  readonly written: string[] = [];
  readonly attributes: Record<string, string> = {};
  /** What publishing the agent's track does. */
  publish: () => Promise<unknown> = async () => ({ waitForSubscription: () => Promise.resolve() });
  /** How many tracks were to be published. */
  published = 0;
  readonly unpublished: string[] = [];
  readonly handlers = new Map<string, unknown>();
  /** RPCs of the agent, and how they are answered. */
  readonly called: object[] = [];
  answer: () => Promise<string> = async () => '{}';

  readonly localParticipant = {
    identity: 'agent',
    trackPublications: new Map<string, object>(),
    unpublishTrack: async (sid: string) => void this.unpublished.push(sid),
    publishTrack: () => {
      this.published += 1;
      return this.publish();
    },
    setAttributes: async (more: Record<string, string>) => void Object.assign(this.attributes, more),
    publishData: async (bytes: Uint8Array) =>
      void this.sent.push(JSON.parse(new TextDecoder().decode(bytes))),
    publishTranscription: async () => {},
    performRpc: (call: object) => {
      this.called.push(call);
      return this.answer();
    },
    sendText: async (text: string, { topic }: { topic: string }) =>
      void this.written.push(`${topic}: ${text}`),
    streamText: async () => ({ info: { streamId: '1' }, write: async () => {}, close: async () => {} }),
  };

  asRoom(): Room {
    return this as unknown as Room;
  }

  joins(identity: string, more: Partial<Pick<RemoteParticipant, 'kind' | 'attributes'>> = {}): void {
    const info = { joinedAt: 1n, state: 2, permission: { hidden: false } };
    const person = { identity, name: '', kind: ParticipantKind.STANDARD, info, attributes: {} };
    this.remoteParticipants.set(identity, {
      ...person,
      ...more,
      trackPublications: new Map(),
    } as unknown as RemoteParticipant);
    this.emit(RoomEvent.ParticipantConnected, this.remoteParticipants.get(identity));
  }

  /** A track of somebody who is there, which is not received. */
  publishes(identity: string, sid: string): void {
    const participant = this.remoteParticipants.get(identity);
    const publication = { sid, kind: TrackKind.KIND_AUDIO, subscribed: false } as RemoteTrackPublication;
    participant?.trackPublications.set(sid, publication);
    this.emit(RoomEvent.TrackPublished, publication, participant);
  }

  leaves(identity: string, disconnectReason = DisconnectReason.CLIENT_INITIATED): void {
    this.remoteParticipants.delete(identity);
    this.emit(RoomEvent.ParticipantDisconnected, { identity, disconnectReason });
  }

  registerTextStreamHandler(topic: string, handler: unknown): void {
    this.handlers.set(topic, handler);
  }

  unregisterTextStreamHandler(topic: string): void {
    this.handlers.delete(topic);
  }

  handleTextStreamOpened(): void {}

  /** Listeners and handlers that somebody left. */
  left(): string[] {
    const listeners = this.eventNames().flatMap((name) => this.listeners(name).map(() => String(name)));
    return [...listeners, ...this.handlers.keys()];
  }
}
