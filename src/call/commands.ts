import { type RemoteParticipant, type Room, RoomEvent } from '@livekit/rtc-node';
import { BOUNDS } from '../bounds.ts';
import { Rate } from './rate.ts';
import type { Refuse } from './refusals.ts';
import type { CallScope } from './scope.ts';

/** Data-packet topic on which the caller's client asks for something. */
const COMMAND_TOPIC = 'voice-agent.command';

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
