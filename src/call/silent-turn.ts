import type { EndpointName } from '../errors.ts';
import type { SilentReason, Subscriber } from '../observe/call-events.ts';
import type { AnswerEnd } from '../stages/hooks.ts';

export interface SilentTurnParts {
  /** A turn of the caller is over, what should have answered it too, and nothing was heard. */
  onSilent(reason: SilentReason): void;
  /** An answer of which something was heard has no end, or what the agent was to say unasked could not be said. */
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
  #isOver = false;
  #isTranscriptLost = false;
  #fault: SilentReason | undefined;
  /** The end of the answer could not be spoken. */
  #isBroken = false;

  constructor(parts: SilentTurnParts) {
    this.#parts = parts;
  }

  /** The model is asked: what came of an earlier request does not matter any more. */
  asked(): void {
    this.#fault = undefined;
    this.#isBroken = false;
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

  broke(): void {
    this.#isBroken = true;
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
  }

  /** The agent's voice begins, or it does something in place of speaking. */
  heard(): void {
    this.#isAwaited = false;
  }

  /** What the agent was to say is said, or will not be. */
  answerOver(wasInterrupted: boolean): void {
    if (wasInterrupted) return;
    const [fault, isBroken] = [this.#fault, this.#isBroken];
    this.#fault = undefined;
    this.#isBroken = false;
    if (this.#isAwaited) this.#tell(fault ?? 'unknown');
    else if ((fault === 'llm' || isBroken) && !this.#isOver) this.#parts.onBroken();
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

/** Tells it what happens in a call. */
export function watchTurns(turn: SilentTurn): Subscriber {
  return (event) => {
    if (event.type === 'mark' && event.mark === 'asked') turn.asked();
    else if (event.type === 'model-answered') turn.answerEnded(event);
    else if (event.type === 'speech-broken') turn.broke();
    else if (event.type === 'endpoint-failed') turn.failed(event.endpoint);
    else if (event.type === 'transcript' && event.isFinal) turn.transcribed();
    else if (event.type === 'caller-speaks') turn.callerSpeaks(event.isSpeaking);
    else if (event.type === 'said' && event.role === 'user') turn.turnTaken();
    else if (event.type === 'agent-heard') turn.heard();
    else if (event.type === 'action' && event.state === 'asked') turn.heard();
    else if (event.type === 'agent-spoke' && event.isReply) turn.answerOver(event.interrupted);
    else if (event.type === 'ending' || event.type === 'ended') turn.stop();
  };
}
