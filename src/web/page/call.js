import { parseAgentEvent } from './agent-event.js';
import { connectProblem, endProblem } from './connection-problem.js';
import { rtcConfigFor } from './path-choice.js';
import { ProblemError } from './problem.js';
import { dispatchedAgent, onTranscription, TRANSCRIPTION } from './room-events.js';
import { guardStreams } from './stream-door.js';

/**
 * @import { LocalAudioTrack, RemoteTrack, Room } from 'livekit-client'
 * @import { AgentEvent } from './agent-event.js'
 * @import { Grant } from './api.js'
 * @import { Problem } from './problem.js'
 * @import { PathChoice } from './path-choice.js'
 * @import { Words } from './room-events.js'
 *
 * @typedef {object} CallEvents
 * @property {() => void} signalled LiveKit answered the join
 * @property {(words: Words) => void} words
 * @property {(event: AgentEvent) => void} event
 * @property {(attributes: Record<string, string> | undefined) => void} agent its attributes; none when it left
 * @property {(track: RemoteTrack) => void} agentTrack its voice
 * @property {(isReconnecting: boolean) => void} reconnecting
 * @property {(isBlocked: boolean) => void} audioBlocked the browser wants a click before it plays sound
 * @property {(problem: Problem | undefined) => void} ended
 */

const CHAT = 'lk.chat';
const EVENTS = 'voice-agent.event';
const COMMANDS = 'voice-agent.command';
const HANG_UP_NOTICE_MS = 500;
/** The SDK's own tries: a moment without network. */
const RECONNECT_PAUSES_MS = [0, 300, 1000, 2000];
/** Marks what plays another participant than the agent. */
const OTHER = 'other-audio';

/** One call, from joining the room to leaving it. */
export class Call {
  /** @type {Room} */ room;
  /** @type {LocalAudioTrack | undefined} */ #microphone;
  /** @type {string | undefined} */ #ending;
  #sdk;
  #agentName;
  #on;
  /** Identity of the agent. @type {string | undefined} */ #agent;
  #hungUp = false;
  /** Until then the room tells of tries to connect, which are `join`'s to report. */
  #joined = false;
  /** @type {readonly string[]} */ #iceServers = [];

  /**
   * @param {typeof import('livekit-client')} sdk
   * @param {string} agentName of the agent that is dispatched; empty for any
   * @param {CallEvents} on
   */
  constructor(sdk, agentName, on) {
    this.#sdk = sdk;
    this.#agentName = agentName;
    this.#on = on;
    this.room = new sdk.Room({
      // After that the page tries by itself, with a new token (`come-back.js`).
      reconnectPolicy: new sdk.DefaultReconnectPolicy(RECONNECT_PAUSES_MS),
      // The page closes the microphone: it comes along when the call goes on over a new connection.
      stopLocalTrackOnUnpublish: false,
    });
    this.#listen();
  }

  /** The agent, while it is in the room: nobody else there is heeded. */
  get agent() {
    const agent = dispatchedAgent(this.room.remoteParticipants.values(), this.#agentName, this.#agent);
    if (agent) this.#agent = agent.identity;
    return agent;
  }

  /**
   * @param {Grant} grant
   * @param {{path: PathChoice, microphone: LocalAudioTrack | undefined}} options
   * @throws {ProblemError}
   */
  async join({ url, token }, { path, microphone }) {
    const { room } = this;
    let signalled = false;
    room.once(this.#sdk.RoomEvent.SignalConnected, () => {
      signalled = true;
      this.iceServers(); // nobody knows them once the try was given up
      this.#on.signalled();
    });
    try {
      await room.connect(url, token, {
        websocketTimeout: 8000,
        rtcConfig: rtcConfigFor(path, () => room.engine?.latestJoinResponse?.iceServers),
      });
    } catch (error) {
      if (this.#hungUp) return;
      const attempt = { url, pageHost: location.hostname, signalled, path, iceServers: this.iceServers() };
      throw new ProblemError(connectProblem(error, attempt));
    }
    this.#joined = true;
    this.#microphone = microphone;
    if (microphone) {
      const source = this.#sdk.Track.Source.Microphone;
      await room.localParticipant.publishTrack(/** @type {any} */ (microphone), { source });
    }
    this.#showAgent();
    this.#on.audioBlocked(!room.canPlaybackAudio);
  }

  /** URLs of the ICE servers that LiveKit handed out, without their credentials. */
  iceServers() {
    const servers = this.room.engine?.latestJoinResponse?.iceServers;
    if (servers) this.#iceServers = servers.flatMap(({ urls }) => urls);
    return this.#iceServers;
  }

  /** @param {boolean} isMuted */
  async mute(isMuted) {
    await (isMuted ? this.#microphone?.mute() : this.#microphone?.unmute());
  }

  /**
   * Writes to the agent, and to nobody else in the room.
   *
   * @param {string} text
   */
  async say(text) {
    const { agent } = this;
    if (!agent) throw new Error('There is no agent in the call.');
    const destinationIdentities = [agent.identity];
    await this.room.localParticipant.sendText(text, { topic: CHAT, destinationIdentities });
  }

  /** Leaves a call that broke off, or did not come about; the microphone stays open. */
  async drop() {
    this.#joined = false;
    await this.room.disconnect(false);
  }

  /** Tells the agent, so that its call slot is free at once, and leaves. */
  async hangUp() {
    this.#hungUp = true;
    const { agent, room } = this;
    if (agent && room.state === this.#sdk.ConnectionState.Connected) {
      const command = new TextEncoder().encode(JSON.stringify({ type: 'hang-up' }));
      const told = room.localParticipant.publishData(command, {
        ...{ reliable: true, topic: COMMANDS },
        destinationIdentities: [agent.identity],
      });
      const patience = new Promise((resolve) => setTimeout(resolve, HANG_UP_NOTICE_MS));
      await Promise.race([told.catch(() => {}), patience]);
    }
    await room.disconnect();
  }

  #listen() {
    const { room } = this;
    const { RoomEvent, DisconnectReason } = this.#sdk;
    const door = guardStreams(room, TRANSCRIPTION, (sid) => this.#isAgent(sid));
    onTranscription(room, () => this.agent, this.#on.words);
    const showAgent = () => {
      door.retry();
      this.#showAgent();
    };
    room
      .on(RoomEvent.DataReceived, (bytes, sender, _kind, topic) => {
        if (topic === EVENTS && sender && sender === this.agent) this.#take(bytes);
      })
      .on(RoomEvent.ParticipantConnected, showAgent)
      .on(RoomEvent.ParticipantDisconnected, showAgent)
      .on(RoomEvent.ParticipantAttributesChanged, showAgent)
      .on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
        if (track.kind !== 'audio') return;
        if (participant === this.agent) this.#on.agentTrack(track);
        else document.body.append(Object.assign(track.attach(), { className: OTHER }));
      })
      .on(RoomEvent.TrackUnsubscribed, (track) => {
        for (const element of track.detach()) if (element.className === OTHER) element.remove();
      })
      .on(RoomEvent.AudioPlaybackStatusChanged, () => this.#on.audioBlocked(!room.canPlaybackAudio))
      .on(RoomEvent.Reconnecting, () => this.#joined && this.#on.reconnecting(true))
      .on(RoomEvent.SignalReconnecting, () => this.#joined && this.#on.reconnecting(true))
      .on(RoomEvent.Reconnected, () => this.#joined && this.#on.reconnecting(false))
      .on(RoomEvent.Disconnected, (reason) => {
        if (!this.#joined) return;
        const name = reason === undefined ? undefined : DisconnectReason[reason];
        this.#on.ended(this.#hungUp ? undefined : endProblem(name, this.#ending));
      });
  }

  /**
   * @param {string} sid
   * @returns {boolean | undefined} `undefined` for somebody who is not known yet
   */
  #isAgent(sid) {
    const known = [...this.room.remoteParticipants.values()].some((participant) => participant.sid === sid);
    return known ? this.agent?.sid === sid : undefined;
  }

  /** @param {Uint8Array} bytes */
  #take(bytes) {
    const event = parseAgentEvent(bytes);
    if (event?.type === 'ending') this.#ending = event.reason;
    if (event) this.#on.event(event);
  }

  #showAgent() {
    if (this.#joined) this.#on.agent(this.agent?.attributes);
  }
}
