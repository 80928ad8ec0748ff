import { type llm, voice } from '@livekit/agents';
import type { Room } from '@livekit/rtc-node';
import { connectToRoom, type RoomOptions } from '../framework/room-io.ts';
import { TurnStt } from '../stages/turn/stream.ts';
import type { Caller } from './caller.ts';
import type { CallerOutput } from './caller-output.ts';

/** The rate the caller's audio is asked for: what VAD and Whisper work at, so that nothing is resampled twice. */
export const INPUT_SAMPLE_RATE = 16_000;

export interface StartParts {
  room: Room;
  caller: Caller;
  output: CallerOutput;
  instructions: string;
  /** What the agent may do; empty: nothing beside talking. */
  tools: readonly llm.ToolContextEntry[];
  /** What was said before; nothing where the call begins. */
  chatCtx?: llm.ChatContext | undefined;
  /** Told what the agent says, as it is written. */
  onText(text: string): void;
  /** Given the caller's sound, mono at 16 kHz, as it comes. */
  onHeard?: ((samples: Int16Array) => void) | undefined;
  /** Opens their microphone; by default as the session begins to listen. */
  openStream?: RoomOptions['openStream'] | undefined;
}

/** An agent that tells what it says. */
class TellingAgent extends voice.Agent {
  readonly #onText: (text: string) => void;

  constructor({ instructions, tools, chatCtx, onText }: Omit<StartParts, 'room' | 'caller' | 'output'>) {
    super({ instructions, tools, ...(chatCtx && { chatCtx }) });
    this.#onText = onText;
  }

  override async transcriptionNode(
    ...[text, settings]: Parameters<voice.Agent['transcriptionNode']>
  ): ReturnType<voice.Agent['transcriptionNode']> {
    const onText = this.#onText;
    async function* told() {
      for await (const piece of text) {
        onText(typeof piece === 'string' ? piece : piece.text);
        yield piece;
      }
    }
    return super.transcriptionNode(told(), settings);
  }
}

/**
 * Connects a session to the caller: their microphone in; voice, transcriptions and state out.
 */
export async function startInRoom(
  session: voice.AgentSession,
  { room, caller, output, onHeard, openStream, ...told }: StartParts,
): Promise<void> {
  const agent = new TellingAgent(told);
  session.output.audio = output;
  const { stt } = session;
  connectToRoom(session, agent, {
    room,
    inputOptions: {
      participantIdentity: caller.identity,
      audioSampleRate: INPUT_SAMPLE_RATE,
      // `link.ts` decides: somebody else may be there to be served.
      closeOnDisconnect: false,
      // Read by `chat.ts`, which knows bounds.
      textEnabled: false,
    },
    ...{ onHeard, openStream },
    take: stt instanceof TurnStt ? (frame) => stt.hear(frame) : undefined,
  });
  await session.start({ agent, room, record: false });
}
