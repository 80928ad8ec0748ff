import {
  AudioStream,
  type DisconnectReason,
  ParticipantKind,
  type RemoteParticipant,
  type RemoteTrack,
  type Room,
  RoomEvent,
  TrackKind,
} from '@livekit/rtc-node';
import { createRecording, HEARD_FRAME_MS, HEARD_RATE, quietSince, type Recording } from './recording.ts';
import { readTranscript, TRANSCRIPTION_TOPIC, type Transcript } from './transcript.ts';
import { createWatch, type Watch } from './watch.ts';

const EVENT_TOPIC = 'voice-agent.event';
const STATE_ATTRIBUTE = 'lk.agent.state';
const QUIET_MS = 1000;

/** An event of the agent's own (turn latencies, errors, ending) as it was sent, and when it came. */
export type AgentEvent = Readonly<Record<string, unknown>> & { readonly type: string; readonly atMs: number };

export interface AgentState {
  readonly state: string;
  readonly atMs: number;
}

/** What is known about a call from the caller's side; it grows by itself. All times are `performance.now()`. */
export interface Observed {
  /** The agent's voice: mono, 24 kHz. */
  readonly heard: Recording;
  /** What both sides said, oldest first. */
  readonly transcripts: readonly Transcript[];
  /** The agent's states, oldest first. */
  readonly states: readonly AgentState[];
  readonly events: readonly AgentEvent[];
  /** Agents in the room now. */
  readonly agents: readonly RemoteParticipant[];
  /** Set when the room was left or closed. */
  readonly left: { readonly reason: DisconnectReason; readonly atMs: number } | undefined;
  readonly until: Watch['until'];
  /** When the agent begins to speak, at or after a moment. */
  waitForSpeech(options: { afterMs: number; timeoutMs: number }): Promise<number>;
  /** When the agent's last sound ended, once there was none for `quietMs` (default 1000). */
  waitForSilence(options: { afterMs: number; timeoutMs: number; quietMs?: number }): Promise<number>;
  /** What was seen so far, in words. */
  describe(): string;
}

/**
 * Watches a room that is not connected yet, so that nothing is missed.
 *
 * @param onHeard - given the agent's voice as it comes: mono at 24 kHz.
 */
export function observe(room: Room, onHeard: (samples: Int16Array) => void = () => {}): Observed {
  const heard = createRecording();
  const transcripts: Transcript[] = [];
  const states: AgentState[] = [];
  const events: AgentEvent[] = [];
  let left: Observed['left'];
  const describe = () => describeCall({ transcripts, states, events, left, agents: agentsIn(room) });
  const watch = createWatch(describe);

  const seen = { heard, transcripts, states, events };
  watchRoom(room, { ...seen, onHeard, onChange: watch.changed });
  room.on(RoomEvent.Disconnected, (reason) => {
    left = { reason, atMs: performance.now() };
    watch.changed();
  });

  return {
    ...{ ...seen, describe },
    until: watch.until,
    get agents() {
      return agentsIn(room);
    },
    get left() {
      return left;
    },
    waitForSpeech: ({ afterMs, timeoutMs }) =>
      watch.until('the agent to speak', () => heard.speechAfter(afterMs), timeoutMs),
    waitForSilence: ({ afterMs, timeoutMs, quietMs = QUIET_MS }) =>
      watch.until('the agent to fall silent', () => quietSince(heard, afterMs, quietMs), timeoutMs),
  };
}

interface Seen {
  heard: Recording;
  transcripts: Transcript[];
  states: AgentState[];
  events: AgentEvent[];
  onHeard(samples: Int16Array): void;
  onChange(): void;
}

function watchRoom(room: Room, { heard, transcripts, states, events, onHeard, onChange }: Seen): void {
  room.registerTextStreamHandler(TRANSCRIPTION_TOPIC, (reader, { identity }) => {
    const growing = identity !== room.localParticipant?.identity;
    void readTranscript(reader, { identity, growing, transcripts, onChange });
  });
  room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
    if (!isAgent(participant) || track.kind !== TrackKind.KIND_AUDIO) return;
    // A track can be gone before it is heard; who waits for sound is told that none came.
    listen(track, (samples) => {
      heard.add(samples, performance.now());
      onHeard(samples);
      onChange();
    }).catch(() => {});
  });
  const noteState = (attributes: Record<string, string>) => {
    const state = attributes[STATE_ATTRIBUTE];
    if (state) states.push({ state, atMs: performance.now() });
    onChange();
  };
  room.on(RoomEvent.ParticipantAttributesChanged, noteState);
  room.on(RoomEvent.ParticipantConnected, ({ attributes }) => noteState(attributes));
  room.on(RoomEvent.ParticipantDisconnected, onChange);
  room.on(RoomEvent.DataReceived, (payload, _participant, _kind, topic) => {
    const event = topic === EVENT_TOPIC ? parseEvent(payload) : undefined;
    if (event) events.push({ ...event, atMs: performance.now() });
    onChange();
  });
}

/** Anything that is not an event of ours is left out. */
function parseEvent(payload: Uint8Array): { type: string } | undefined {
  try {
    const event: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typeof event !== 'object' || event === null || !('type' in event)) return undefined;
    return typeof event.type === 'string' ? { ...event, type: event.type } : undefined;
  } catch {
    return undefined;
  }
}

async function listen(track: RemoteTrack, onFrame: (samples: Int16Array) => void): Promise<void> {
  const frames = new AudioStream(track, {
    sampleRate: HEARD_RATE,
    numChannels: 1,
    frameSizeMs: HEARD_FRAME_MS,
  });
  for await (const frame of frames) {
    onFrame(frame.data);
  }
}

const isAgent = ({ kind }: RemoteParticipant): boolean => kind === ParticipantKind.AGENT;

const agentsIn = (room: Room): RemoteParticipant[] => [...room.remoteParticipants.values()].filter(isAgent);

function describeCall(call: Pick<Observed, 'transcripts' | 'states' | 'events' | 'left' | 'agents'>): string {
  const lines = [
    ...call.transcripts.map(({ identity, text, final, firstAtMs }) => ({
      atMs: firstAtMs,
      text: `${identity} said${final ? '' : ' (not final)'}: ${text}`,
    })),
    ...call.states.map(({ state, atMs }) => ({ atMs, text: `agent is ${state}` })),
    ...call.events.map(({ atMs, ...event }) => ({ atMs, text: `event ${JSON.stringify(event)}` })),
    ...(call.left ? [{ atMs: call.left.atMs, text: `room left, reason ${call.left.reason}` }] : []),
  ];
  const sorted = lines
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `  ${Math.round(atMs)} ms ${text}`);
  const agents = call.agents.map(({ identity }) => identity).join(', ') || 'none';
  return [`agents in the room: ${agents}`, ...sorted].join('\n');
}
