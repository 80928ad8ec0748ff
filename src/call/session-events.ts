import { type llm, voice } from '@livekit/agents';
import type { Happening, PartsMs } from '../observe/call-events.ts';
import type { CallerOutput } from './caller-output.ts';
import { watchAgent } from './watch.ts';

const { AgentSessionEventTypes: Event } = voice;

/** Tells what happens in a session, and when its voice begins to be played. */
export function tellSession(
  session: voice.AgentSession,
  output: CallerOutput,
  emit: (happening: Happening) => void,
): void {
  output.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => emit({ type: 'agent-heard' }));
  watchAgent(session, (isBusy) => emit({ type: 'agent-busy', isBusy }));
  session.on(Event.UserStateChanged, ({ newState }) =>
    emit({ type: 'caller-speaks', isSpeaking: newState === 'speaking' }),
  );
  session.on(Event.UserInputTranscribed, ({ isFinal, transcript }) =>
    emit({ type: 'transcript', isFinal, piiText: transcript }),
  );
  session.on(Event.ConversationItemAdded, ({ item }) => {
    if (item.type === 'message') emit(saidOf(item));
  });
  session.on(Event.SpeechCreated, ({ source, speechHandle }) => {
    speechHandle.addDoneCallback(({ interrupted }) =>
      emit({ type: 'agent-spoke', isReply: source !== 'say', interrupted }),
    );
  });
}

function saidOf({ role, textContent, interrupted, createdAt, metrics }: llm.ChatMessage): Happening {
  const measured = {
    ...ms('endpointingMs', metrics.endOfTurnDelay),
    ...ms('sttMs', metrics.transcriptionDelay),
    ...ms('llmTtftMs', metrics.llmNodeTtft),
    ...ms('ttsTtfbMs', metrics.ttsNodeTtfb),
    ...ms('totalMs', metrics.e2eLatency),
  };
  const piiText = textContent ?? '';
  return { type: 'said', role, piiText, interrupted, createdAtMs: createdAt, measured };
}

/** The framework reports seconds here; this is where they become milliseconds. */
function ms(key: string, seconds: number | undefined): PartsMs {
  return seconds === undefined ? {} : { [key]: Math.round(seconds * 1000) };
}
