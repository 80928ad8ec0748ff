import { factsOf } from '../connection.js';

/**
 * @import { RemoteTrack, Room } from 'livekit-client'
 * @import { Facts } from '../connection.js'
 * @import { IceServer } from './ice-servers.js'
 *
 * @typedef {object} Entry
 * @property {string} url
 * @property {string} token
 * @property {boolean} relay only relayed paths are tried
 * @property {IceServer[]} [iceServers] default: those that LiveKit hands out
 */

const PING = 'check.ping';
const PONG = 'check.pong';
/** What a packet of Opus takes, with its headers. */
const PING_BYTES = 160;
const MEDIA_WITHIN_MS = 12_000;

/** One participant of a check: joins, sends sound, and sends back what others of the check send. */
export class Participant {
  /** @type {Room} */ room;
  /** LiveKit took the token and answered the join, with the ICE servers. @type {Promise<IceServer[]>} */ signalled;
  /** Media flows, after so many milliseconds. @type {Promise<number>} */ joined;
  /** By number of the ping, when it came back. @type {Map<number, number>} */ #backMs = new Map();
  /** By number of the ping. @type {Map<number, number>} */ #sentMs = new Map();
  /** By the identity of who speaks. @type {Map<string, RemoteTrack>} */ heard = new Map();
  #sdk;

  /**
   * @param {typeof import('livekit-client')} sdk
   * @param {Entry} entry
   */
  constructor(sdk, { url, token, relay, iceServers }) {
    this.#sdk = sdk;
    this.room = new sdk.Room({ reconnectPolicy: { nextRetryDelayInMs: () => null } });
    const { room } = this;
    const { RoomEvent } = sdk;
    room
      .on(RoomEvent.DataReceived, (bytes, sender, _kind, topic) => {
        if (topic === PING && sender) this.#send(bytes, PONG, sender.identity);
        if (topic === PONG) this.#backMs.set(numberOf(bytes), performance.now());
      })
      .on(RoomEvent.TrackSubscribed, (track, _publication, { identity }) => this.heard.set(identity, track));
    const startedMs = performance.now();
    const answered = new Promise((resolve) => {
      room.once(RoomEvent.SignalConnected, () => resolve(room.engine?.latestJoinResponse?.iceServers ?? []));
    });
    const connected = room.connect(url, token, {
      ...{ websocketTimeout: 8000, peerConnectionTimeout: MEDIA_WITHIN_MS, maxRetries: 0 },
      rtcConfig: { ...(relay && { iceTransportPolicy: 'relay' }), ...(iceServers && { iceServers }) },
    });
    this.joined = connected.then(() => Math.round(performance.now() - startedMs));
    this.signalled = Promise.race([answered, connected.then(() => answered)]);
    for (const promise of [this.joined, this.signalled]) promise.catch(() => {}); // whoever asks is told
  }

  get identity() {
    return this.room.localParticipant.identity;
  }

  /** The path that its media takes. @returns {Promise<Facts>} */
  async facts() {
    const transports = this.room.engine?.pcManager;
    const reports = await Promise.all([transports?.publisher.getStats(), transports?.subscriber?.getStats()]);
    return Object.assign({}, ...reports.map((report) => report && factsOf(report.values())));
  }

  /** @param {MediaStreamTrack} sound */
  async sound(sound) {
    const source = this.#sdk.Track.Source.Microphone;
    await this.room.localParticipant.publishTrack(sound, { source, dtx: false });
  }

  /**
   * Sends a packet that may be lost, to be sent back.
   *
   * @param {string} identity
   * @param {number} number
   */
  ping(identity, number) {
    const bytes = new Uint8Array(PING_BYTES);
    new DataView(bytes.buffer).setUint32(0, number);
    this.#sentMs.set(number, performance.now());
    this.#send(bytes, PING, identity);
  }

  /** Round trips of the pings sent so far, in milliseconds; `undefined` for one that has not come back. */
  roundTrips() {
    return [...this.#sentMs].map(([number, sentMs]) => {
      const backMs = this.#backMs.get(number);
      return backMs === undefined ? undefined : backMs - sentMs;
    });
  }

  forgetPings() {
    this.#sentMs.clear();
    this.#backMs.clear();
  }

  /**
   * The sound that comes from another participant.
   *
   * @param {string} identity
   * @returns {Promise<{packets: number, lost: number, jitterMs: number | undefined}>}
   */
  async soundFrom(identity) {
    const report = await this.heard.get(identity)?.getRTCStatsReport();
    const inbound = [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp');
    const { packetsReceived = 0, packetsLost = 0, jitter } = inbound ?? {};
    return {
      packets: packetsReceived,
      lost: Math.max(0, packetsLost),
      jitterMs: jitter === undefined ? undefined : jitter * 1000,
    };
  }

  async leave() {
    await this.room.disconnect();
  }

  /**
   * @param {Uint8Array} bytes
   * @param {string} topic
   * @param {string} identity
   */
  #send(bytes, topic, identity) {
    const options = { reliable: false, topic, destinationIdentities: [identity] };
    this.room.localParticipant
      .publishData(/** @type {Uint8Array<ArrayBuffer>} */ (bytes), options)
      .catch(() => {}); // counts as lost
  }
}

/** @param {Uint8Array} bytes */
const numberOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
