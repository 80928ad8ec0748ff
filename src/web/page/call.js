import { connectProblem, endProblem } from './connection-problem.js';
import { ProblemError } from './problem.js';
import { agentIn, onTranscription, parseAgentEvent } from './room-events.js';

/**
 * @import { LocalAudioTrack, RemoteTrack, Room } from 'livekit-client'
 * @import { Grant } from './api.js'
 * @import { Problem } from './problem.js'
 * @import { AgentEvent, Words } from './room-events.js'
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

/** One call, from joining the room to leaving it. */
export class Call {
  /** @type {Room} */ room;
  /** @type {LocalAudioTrack | undefined} */ #microphone;
  /** @type {string | undefined} */ #ending;
  #sdk;
  #on;
  #hungUp = false;
  /** Until then the room tells of tries to connect, which are `join`'s to report. */
  #joined = false;
  /** @type {readonly string[]} */ #iceServers = [];

  /**
   * @param {typeof import('livekit-client')} sdk
   * @param {CallEvents} on
   */
  constructor(sdk, on) {
    this.#sdk = sdk;
    this.#on = on;
    this.room = new sdk.Room();
    this.#listen();
  }

  /**
   * @param {Grant} grant
   * @param {{relay: boolean, microphone: LocalAudioTrack | undefined}} options
   * @throws {ProblemError}
   */
  async join({ url, token }, { relay, microphone }) {
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
        ...(relay && { rtcConfig: { iceTransportPolicy: 'relay' } }),
      });
    } catch (error) {
      if (this.#hungUp) return;
      const attempt = { url, pageHost: location.hostname, signalled, relay, iceServers: this.iceServers() };
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

  /** @param {string} text */
  async say(text) {
    await this.room.localParticipant.sendText(text, { topic: CHAT });
  }

  /** Tells the agent, so that its call slot is free at once, and leaves. */
  async hangUp() {
    this.#hungUp = true;
    const { room } = this;
    if (agentIn(room) && room.state === this.#sdk.ConnectionState.Connected) {
      const command = new TextEncoder().encode(JSON.stringify({ type: 'hang-up' }));
      const told = room.localParticipant.publishData(command, { reliable: true, topic: COMMANDS });
      const patience = new Promise((resolve) => setTimeout(resolve, HANG_UP_NOTICE_MS));
      await Promise.race([told.catch(() => {}), patience]);
    }
    await room.disconnect();
  }

  #listen() {
    const { room } = this;
    const { RoomEvent, DisconnectReason } = this.#sdk;
    onTranscription(room, this.#on.words);
    const showAgent = () => this.#showAgent();
    room
      .on(RoomEvent.DataReceived, (bytes, _participant, _kind, topic) => {
        if (topic === EVENTS) this.#take(new TextDecoder().decode(bytes));
      })
      .on(RoomEvent.ParticipantConnected, showAgent)
      .on(RoomEvent.ParticipantDisconnected, showAgent)
      .on(RoomEvent.ParticipantAttributesChanged, showAgent)
      .on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
        if (track.kind !== 'audio') return;
        if (participant.isAgent) this.#on.agentTrack(track);
        else document.body.append(track.attach());
      })
      .on(RoomEvent.TrackUnsubscribed, (track, _publication, participant) => {
        for (const element of track.detach()) if (!participant.isAgent) element.remove();
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

  /** @param {string} json */
  #take(json) {
    const event = parseAgentEvent(json);
    if (event?.type === 'ending') this.#ending = event.reason;
    if (event) this.#on.event(event);
  }

  #showAgent() {
    if (this.#joined) this.#on.agent(agentIn(this.room)?.attributes);
  }
}
