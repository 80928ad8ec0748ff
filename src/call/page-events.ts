import { randomUUID } from 'node:crypto';
import type { Room } from '@livekit/rtc-node';
import { type EndpointFailure, type EndpointName, messageOf } from '../errors.ts';
import type { CallEvent, PartsMs, SilentReason, Subscriber } from '../observe/call-events.ts';
import type { Log } from '../observe/log.ts';
import { explain } from './silent-reasons.ts';

/** Data-packet topic of these messages. */
const EVENT_TOPIC = 'voice-agent.event';

/** What this agent tells the test page, or any client that cares. */
export type RoomMessage =
  | { type: 'turn'; turn: number; parts: PartsMs; interrupted: boolean }
  /** `message` is for anybody; `detail` and `hint` are for the operator. `silent`: why a turn got no answer. */
  | {
      type: 'error';
      endpoint: EndpointName;
      message: string;
      detail?: string;
      hint?: string;
      silent?: SilentReason;
    }
  /** What the caller's page shows as it is. */
  | { type: 'notice'; message: string }
  /** The caller goes on with the last turn: what was said in it comes again with the rest, and its answer is none. */
  | { type: 'turn-goes-on' }
  | { type: 'ending'; reason: string };

/**
 * Tells everybody in the room, or one participant; a room that is gone has nobody to tell.
 *
 * @param to - identity of the one.
 */
async function send(room: Room, message: RoomMessage, to?: string): Promise<void> {
  if (!room.isConnected) return;
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const destination = to === undefined ? {} : { destination_identities: [to] };
  await room.localParticipant?.publishData(bytes, { reliable: true, topic: EVENT_TOPIC, ...destination });
}

/** LiveKit's text-stream topic for what participants say. */
const TRANSCRIPTION_TOPIC = 'lk.transcription';

/** Shows a text among what the agent says, in any client that shows transcripts. */
async function write(room: Room, text: string): Promise<void> {
  if (!room.isConnected) return;
  await room.localParticipant?.sendText(text, {
    topic: TRANSCRIPTION_TOPIC,
    attributes: { 'lk.segment_id': randomUUID(), 'lk.transcription_final': 'true' },
  });
}

const SERVICES: Record<EndpointName, string> = {
  stt: 'The speech recognition',
  llm: 'The language model',
  tts: 'The speech service',
  models: 'The model server',
  livekit: 'The call server',
};
const FAILURES: Record<EndpointFailure, string> = {
  connect: 'did not answer',
  'first-byte': 'did not answer',
  stall: 'stopped in the middle of its answer',
  status: 'refused the request',
  invalid: 'gave an answer that cannot be used',
  aborted: 'was not waited for',
};

type EventOf<T> = Extract<CallEvent, { type: T }>;

/**
 * A failed endpoint: which service, in words for callers. URLs, what the server said and what to do are for the
 * operator: they stand in the log.
 */
function faultMessage(event: EventOf<'endpoint-failed'>, showFaults: boolean): RoomMessage {
  const { endpoint, failure, summary, hint } = event;
  const message = `${SERVICES[endpoint]} ${FAILURES[failure]}.`;
  if (!showFaults) return { type: 'error', endpoint, message };
  return { type: 'error', endpoint, message, detail: summary, ...(hint !== undefined && { hint }) };
}

function silentMessage(reason: SilentReason, showFaults: boolean): RoomMessage {
  const { endpoint, what, hint } = explain(reason);
  const message = { type: 'error', endpoint, message: 'No answer could be given.', silent: reason } as const;
  if (!showFaults) return message;
  return { ...message, detail: what, ...(hint !== undefined && { hint }) };
}

export interface PageParts {
  room: Room;
  /** `SHOW_FAULTS`: the room belongs to the operator, who is told which endpoint failed and what to do. */
  showFaults: boolean;
  log: Log;
}

/** Tells the room of the call what its page shows. */
export function tellPage({ room, showFaults, log }: PageParts): Subscriber {
  const publish = (sending: Promise<void>) => {
    sending.catch((error) => log.debug({ error: messageOf(error) }, 'event not published'));
  };
  return (event) => {
    const text = event.type === 'cover-begins' ? textFor(event) : undefined;
    if (text !== undefined) publish(write(room, text));
    const message = messageFor(event, showFaults);
    const to = event.type === 'notice' ? event.piiTo : undefined;
    if (message) publish(send(room, message, to));
  };
}

/** An apology is to be read too, and all that has no other sound than a tone; a filler is no part of what was said. */
function textFor({ by, isApology, piiText, wasRead }: EventOf<'cover-begins'>): string | undefined {
  return (isApology || by === 'tone') && !wasRead ? piiText : undefined;
}

function messageFor(event: CallEvent, showFaults: boolean): RoomMessage | undefined {
  switch (event.type) {
    case 'turn':
      return { type: 'turn', turn: event.turn, parts: event.parts, interrupted: event.interrupted };
    case 'endpoint-failed':
      return faultMessage(event, showFaults);
    case 'turn-without-sound':
      return silentMessage(event.reason, showFaults);
    case 'notice':
      return { type: 'notice', message: event.message };
    case 'cut-off':
      return { type: 'turn-goes-on' };
    case 'ending':
      return { type: 'ending', reason: event.reason };
    default:
      return undefined;
  }
}
