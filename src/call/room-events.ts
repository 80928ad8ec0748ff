import { type RemoteParticipant, type Room, RoomEvent } from '@livekit/rtc-node';
import { BOUNDS } from '../bounds.ts';
import type { EndpointError, EndpointFailure, EndpointName } from '../errors.ts';
import type { TurnLatency } from './latency.ts';
import { Rate } from './rate.ts';
import type { Refuse } from './refusals.ts';
import type { CallScope } from './scope.ts';
import type { SilentReason } from './silent-turn.ts';

/** Data-packet topics between this agent and the test page (or any client that cares). */
const EVENT_TOPIC = 'voice-agent.event';
const COMMAND_TOPIC = 'voice-agent.command';

export type CallEvent =
  | ({ type: 'turn' } & TurnLatency)
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
  | { type: 'ending'; reason: string };

/**
 * Tells everybody in the room, or one participant; a room that is gone has nobody to tell.
 *
 * @param to - identity of the one.
 */
export async function publishEvent(room: Room, event: CallEvent, to?: string): Promise<void> {
  if (!room.isConnected) return;
  const bytes = new TextEncoder().encode(JSON.stringify(event));
  const destination = to === undefined ? {} : { destination_identities: [to] };
  await room.localParticipant?.publishData(bytes, { reliable: true, topic: EVENT_TOPIC, ...destination });
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

/**
 * What the room is told of a failed endpoint: which service, in words for callers. URLs, what the server said and
 * what to do are for the operator: they stand in the log.
 *
 * @param showFaults - `SHOW_FAULTS`: the room belongs to the operator, who is told which endpoint and what to do.
 */
export function faultEvent(error: EndpointError, showFaults: boolean): CallEvent {
  const { endpoint, failure, summary, hint } = error;
  const message = `${SERVICES[endpoint]} ${FAILURES[failure]}.`;
  if (!showFaults) return { type: 'error', endpoint, message };
  return { type: 'error', endpoint, message, detail: summary, ...(hint !== undefined && { hint }) };
}

export interface CommandParts {
  scope: CallScope;
  room: Room;
  /** Whether this identity is the caller's now. */
  isCaller(identity: string): boolean;
  refuse: Refuse;
  onHangUp(): void;
}

/**
 * Calls back when the caller's client asks for the call to end. Nobody else in the room can: packets of other
 * participants are ignored, and those without one (from LiveKit's API, from a hidden participant), as livekit-server
 * does not say who sent them; who holds the API's key ends a call by deleting its room.
 */
export function onHangUpCommand({ scope, room, isCaller, refuse, onHangUp }: CommandParts): void {
  const rate = new Rate({
    burst: BOUNDS.commandBurst,
    perSecond: BOUNDS.commandPerSecond,
    now: scope.clock.now,
  });
  const onData = (
    payload: Uint8Array,
    sender: RemoteParticipant | undefined,
    _kind: unknown,
    topic?: string,
  ) => {
    if (topic !== COMMAND_TOPIC) return;
    if (!sender || !isCaller(sender.identity)) refuse('command', 'sender');
    else if (payload.byteLength > BOUNDS.commandBytes) refuse('command', 'size');
    else if (!rate.take()) refuse('command', 'rate');
    else if (commandType(payload) === 'hang-up') onHangUp();
  };
  scope.listen(room, RoomEvent.DataReceived, onData);
}

function commandType(payload: Uint8Array): unknown {
  try {
    const command: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof command === 'object' && command !== null && 'type' in command ? command.type : undefined;
  } catch {
    return undefined;
  }
}
