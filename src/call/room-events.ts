import { type Room, RoomEvent } from '@livekit/rtc-node';
import type { TurnLatency } from './latency.ts';

/** Data-packet topics between this agent and the test page (or any client that cares). */
const EVENT_TOPIC = 'voice-agent.event';
const COMMAND_TOPIC = 'voice-agent.command';

export type CallEvent =
  | ({ type: 'turn' } & TurnLatency)
  | { type: 'error'; endpoint: string; message: string; hint: string | undefined }
  | { type: 'ending'; reason: string };

/** Tells everybody in the room; a room that is gone has nobody to tell. */
export async function publishEvent(room: Room, event: CallEvent): Promise<void> {
  if (!room.isConnected) return;
  const bytes = new TextEncoder().encode(JSON.stringify(event));
  await room.localParticipant?.publishData(bytes, { reliable: true, topic: EVENT_TOPIC });
}

/** Calls back when the caller's client asks for the call to end. Anything else on the topic is ignored. */
export function onHangUpCommand(room: Room, callback: () => void): void {
  room.on(RoomEvent.DataReceived, (payload, _participant, _kind, topic) => {
    if (topic !== COMMAND_TOPIC) return;
    if (commandType(payload) === 'hang-up') callback();
  });
}

function commandType(payload: Uint8Array): unknown {
  try {
    const command: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof command === 'object' && command !== null && 'type' in command ? command.type : undefined;
  } catch {
    return undefined;
  }
}
