import type { Room } from '@livekit/rtc-node';

/** A text stream that somebody opened. */
export interface OpenedStream {
  /** As livekit-server knows the sender. */
  identity: string;
  /** UTF-8 bytes that the sender declared, which rtc-node holds them to; `undefined` for a stream of any length. */
  bytes: number | undefined;
}

/** What rtc-node 0.13.35 calls for each text stream; not public. */
interface Opener {
  handleTextStreamOpened(reader: { info: { topic: string; totalLength?: bigint } }, identity: string): void;
}

/**
 * Decides which text streams of a topic are read. A handler comes too late: rtc-node starts to read a stream before it
 * calls one, and unpacks what was sent compressed, a thousand times its size; closing the reader ends neither. A stream
 * that is not admitted is dropped as one on a topic without a handler: then nothing of it is kept (measured: `chat.ts`).
 *
 * @returns what takes the door away.
 */
export function admitStreams(
  room: Pick<Room, 'registerTextStreamHandler'>,
  topic: string,
  admits: (stream: OpenedStream) => boolean,
): () => void {
  const opener = room as unknown as Opener;
  const open = opener.handleTextStreamOpened;
  opener.handleTextStreamOpened = (reader, identity) => {
    const { info } = reader;
    const bytes = info.totalLength === undefined ? undefined : Number(info.totalLength);
    // No handler has the empty topic.
    if (info.topic === topic && !admits({ identity, bytes })) info.topic = '';
    open.call(room, reader, identity);
  };
  return () => {
    opener.handleTextStreamOpened = open;
  };
}
