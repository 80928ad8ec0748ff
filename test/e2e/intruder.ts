import { Room } from '@livekit/rtc-node';
import type { LiveKit } from '../../src/dev/livekit.ts';
import { mintToken } from '../../src/web/mint.ts';

/** What an intruder writes wherever it can; nothing with it may be shown or answered. */
export const FORGED = 'forged by the intruder';

export interface Intruder {
  /** Writes into each stream that others open, under that stream's name; how many so far. */
  readonly streamsJoined: number;
  sendData(topic: string, text: string): Promise<void>;
  /** `as`: the identity that the stream claims to be of. */
  sendText(topic: string, text: string, as?: string): Promise<void>;
  leave(): Promise<void>;
}

/** A participant with an ordinary caller's token, and bad intentions. */
export async function joinAsIntruder(
  livekit: Pick<LiveKit, 'url' | 'apiKey' | 'apiSecret'>,
  roomName: string,
): Promise<Intruder> {
  const token = await mintToken({
    ...{ livekit, agentName: '', room: roomName, identity: 'intruder', name: 'Agent', ttlMs: 600_000 },
  });
  const room = new Room();
  const stream = async (
    topic: string,
    text: string,
    more: { senderIdentity?: string; streamId?: string },
  ) => {
    const writer = await room.localParticipant?.streamText({ topic, ...more });
    await writer?.write(text);
    await writer?.close();
  };
  let streamsJoined = 0;
  room.registerTextStreamHandler('lk.transcription', async (reader) => {
    streamsJoined += 1;
    await stream('some other topic', FORGED, { streamId: reader.info.streamId });
  });
  await room.connect(livekit.url, token, { autoSubscribe: true, dynacast: false });
  return {
    get streamsJoined() {
      return streamsJoined;
    },
    async sendData(topic, text) {
      const bytes = new TextEncoder().encode(text);
      await room.localParticipant?.publishData(bytes, { reliable: true, topic });
    },
    sendText: (topic, text, as) => stream(topic, text, as === undefined ? {} : { senderIdentity: as }),
    leave: () => room.disconnect(),
  };
}
