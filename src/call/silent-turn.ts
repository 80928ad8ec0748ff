import { voice } from '@livekit/agents';
import type { EndpointName } from '../errors.ts';
import type { AnswerEnd } from '../stages/hooks.ts';
import type { CallerOutput } from './caller-output.ts';

/** Why the caller heard nothing: an endpoint that failed, an answer that cannot be spoken, or none of what is known. */
export type SilentReason =
  | 'stt'
  | 'llm'
  | 'tts'
  | 'thoughts'
  | 'unknown-tool'
  | 'unspeakable'
  | 'empty'
  | 'unknown';

export interface SilentTurnParts {
  /** A turn of the caller is over, what should have answered it too, and nothing was heard. */
  onSilent(reason: SilentReason): void;
  /** The model failed in an answer of which something was heard, or in what it said unasked. */
  onBroken(): void;
}

/**
 * Decides by what was heard whether a turn was answered. A caller who goes on speaking, or breaks in, has an answer to
 * another turn coming; one who left needs none. While requests are under way there is no telling: how long they may
 * take is the endpoints' affair (`openai/pace.ts`, `stages/chat-answer.ts`).
 */
export class SilentTurn {
  readonly #parts: SilentTurnParts;
  /** A turn was taken, and nothing was heard since. */
  #isAwaited = false;
  #wasHeard = false;
  #isOver = false;
  #isTranscriptLost = false;
  #fault: SilentReason | undefined;

  constructor(parts: SilentTurnParts) {
    this.#parts = parts;
  }

  /** Whether anything was heard since the last turn was taken. */
  get wasHeard(): boolean {
    return this.#wasHeard;
  }

  /** The model is asked: what came of an earlier request does not matter any more. */
  asked(): void {
    this.#fault = undefined;
  }

  answerEnded(end: AnswerEnd): void {
    if (!end.isAnswer) this.#fault = reasonOf(end);
  }

  /** A request failed after all its tries. */
  failed(endpoint: EndpointName): void {
    if (endpoint === 'stt') this.#isTranscriptLost = true;
    else if (endpoint === 'llm') this.#fault = 'llm';
    else if (endpoint === 'tts') this.#fault ??= 'tts';
  }

  /** What the caller said is known, whatever failed before. */
  transcribed(): void {
    this.#isTranscriptLost = false;
  }

  callerSpeaks(isSpeaking: boolean): void {
    if (isSpeaking) this.#isAwaited = false;
    else if (this.#isTranscriptLost) {
      this.#isTranscriptLost = false;
      this.#tell('stt');
    }
  }

  /** The caller's turn is over and part of the conversation. */
  turnTaken(): void {
    this.#isAwaited = true;
    this.#wasHeard = false;
  }

  /** The agent's voice begins. */
  heard(): void {
    this.#isAwaited = false;
    this.#wasHeard = true;
  }

  /** What the agent was to say is said, or will not be. */
  answerOver(wasInterrupted: boolean): void {
    if (wasInterrupted) return;
    const fault = this.#fault;
    this.#fault = undefined;
    if (this.#isAwaited) this.#tell(fault ?? 'unknown');
    else if (fault === 'llm' && !this.#isOver) this.#parts.onBroken();
  }

  /** The call ends. */
  stop(): void {
    this.#isOver = true;
  }

  #tell(reason: SilentReason): void {
    this.#isAwaited = false;
    if (!this.#isOver) this.#parts.onSilent(reason);
  }
}

function reasonOf({ chars, thoughtChars, unknownTools }: AnswerEnd): SilentReason {
  if (unknownTools.length > 0) return 'unknown-tool';
  if (chars > 0) return 'unspeakable';
  return thoughtChars > 0 ? 'thoughts' : 'empty';
}

const { AgentSessionEventTypes: Event } = voice;

/** Tells it what happens in a session, and what of it the caller hears. */
export function watchTurns(session: voice.AgentSession, output: CallerOutput, turn: SilentTurn): void {
  output.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => turn.heard());
  session.on(Event.UserStateChanged, ({ newState }) => turn.callerSpeaks(newState === 'speaking'));
  session.on(Event.UserInputTranscribed, ({ isFinal }) => {
    if (isFinal) turn.transcribed();
  });
  session.on(Event.ConversationItemAdded, ({ item }) => {
    if (item.type === 'message' && item.role === 'user') turn.turnTaken();
  });
  session.on(Event.SpeechCreated, ({ source, speechHandle }) => {
    if (source === 'say') return;
    speechHandle.addDoneCallback(({ interrupted }) => turn.answerOver(interrupted));
  });
  session.on(Event.Close, () => turn.stop());
}
