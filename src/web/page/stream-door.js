/**
 * @import { Room } from 'livekit-client'
 *
 * @typedef {object} StreamPacket one data packet of a text or byte stream, as livekit-client has it
 * @property {string} participantSid who sent it: livekit-server writes it, the sender has no say
 * @property {{case?: string, value?: any}} value
 *
 * @typedef {object} Manager what in livekit-client takes these packets (2.22, `IncomingDataStreamManager`)
 * @property {boolean} isConnected before that it keeps them, and calls itself again
 * @property {(packet: StreamPacket, encryption: unknown) => void} handleDataStreamPacket
 */

/** A stream that the page reads is a few sentences. */
const MOST_BYTES = 65_536;
const MOST_STREAMS = 256;
/** Packets that wait until it is known who sent them. */
const MOST_WAITING = 256;

/**
 * Lets in the streams of one topic that the agent sends, and drops all others before they are kept anywhere.
 *
 * A stream's header may name another sender, as agents write down what callers say; and livekit-client adds a packet to
 * a stream by the stream's id alone, which everybody in the room has seen. So each packet is judged by the SID that
 * livekit-server wrote on it.
 */
export class StreamDoor {
  #topic;
  #isAgent;
  #pass;
  /** Who opened a stream, and its bytes so far. @type {Map<string, {sid: string, bytes: number}>} */
  #open = new Map();
  /** @type {{packet: StreamPacket, encryption: unknown}[]} */ #waiting = [];

  /**
   * @param {string} topic
   * @param {(sid: string) => boolean | undefined} isAgent `undefined`: nobody of that SID is known yet
   * @param {(packet: StreamPacket, encryption: unknown) => void} pass
   */
  constructor(topic, isAgent, pass) {
    this.#topic = topic;
    this.#isAgent = isAgent;
    this.#pass = pass;
  }

  /**
   * @param {StreamPacket} packet
   * @param {unknown} [encryption]
   */
  take(packet, encryption) {
    const isAgent = this.#isAgent(packet.participantSid);
    // Words can arrive before it is known that their sender is in the room.
    if (isAgent === undefined && this.#waiting.length < MOST_WAITING)
      this.#waiting.push({ packet, encryption });
    if (isAgent && this.#isInOrder(packet)) this.#pass(packet, encryption);
  }

  /** Somebody came, or is known better: what waited is judged again. */
  retry() {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { packet, encryption } of waiting) this.take(packet, encryption);
  }

  /** @param {StreamPacket} packet */
  #isInOrder({ participantSid: sid, value: { case: kind, value } }) {
    const id = String(value?.streamId);
    const stream = this.#open.get(id);
    if (kind === 'streamHeader') {
      const bytes = value.inlineContent?.length ?? 0;
      if (value.topic !== this.#topic || stream || bytes > MOST_BYTES) return false;
      // One that never ended, as its agent died.
      const [oldest = ''] = this.#open.size < MOST_STREAMS ? [] : this.#open.keys();
      this.#open.delete(oldest);
      this.#open.set(id, { sid, bytes });
      return true;
    }
    if (stream?.sid !== sid) return false;
    if (kind === 'streamTrailer') return this.#open.delete(id);
    stream.bytes += value.content?.length ?? 0;
    return stream.bytes <= MOST_BYTES;
  }
}

/**
 * Puts a door before the streams of a room. livekit-client has no public way to see who sent a packet of a stream.
 *
 * @param {Room} room
 * @param {string} topic
 * @param {(sid: string) => boolean | undefined} isAgent
 * @returns {StreamDoor}
 */
export function guardStreams(room, topic, isAgent) {
  const { incomingDataStreamManager: manager } = /** @type {{incomingDataStreamManager?: Manager}} */ (
    /** @type {unknown} */ (room)
  );
  if (!manager) throw new TypeError('this livekit-client takes streams in another way than 2.22');
  const handle = manager.handleDataStreamPacket.bind(manager);
  const door = new StreamDoor(topic, isAgent, handle);
  manager.handleDataStreamPacket = (packet, encryption) => {
    if (manager.isConnected) door.take(packet, encryption);
    else handle(packet, encryption);
  };
  return door;
}
