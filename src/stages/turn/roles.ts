import type { TurnText } from './transcriber.ts';

/** When a turn ends and what is done ahead of it. All in milliseconds of silence after the caller's last sound. */
export interface TurnPolicy {
  /** Pause at which the turn so far is transcribed. */
  speculateAfterMs: number;
  /** The same with a caller who often goes on after such a pause. */
  patientAfterMs: number;
  /** Silence that ends a turn whose answer is ready; until then, waiting costs nothing. */
  minEndpointingMs: number;
  /** Silence that ends a turn, also after a statement, which often leads up to a request. */
  statementEndpointingMs: number;
  /** The longest that is waited where it cannot be told whether the caller has finished. */
  unsureEndpointingMs: number;
  /** The same while the words say that more is to come. */
  maxEndpointingMs: number;
  /** Whether the words count. */
  useWords: boolean;
  /** How far work runs ahead of the end of the turn. */
  speculation: 'off' | 'transcript' | 'answer';
  /** Speech over the agent's voice before that falls silent. */
  bargeInAfterMs: number;
  /** Longest the voice is held for speech that brings no words. */
  bargeInHoldMs: number;
  /** A turn that is longer is cut at its next short pause, or soon without one; the agent may speak then. */
  maxTurnMs: number;
}

/** Wall-clock times of one turn, in milliseconds since the epoch. */
export interface TurnTimes {
  firstSoundAt?: number;
  lastSoundAt: number;
  pauseSeenAt?: number;
  transcribedAt?: number;
  endedAt?: number;
  /** It was longer than turns may be; the caller has not stopped. */
  wasCut?: boolean;
}

/**
 * The words of a turn after a pause: they come late; then they are known, nothing was said or can be known, or the caller
 * speaks again.
 */
export type WordsState = 'late' | 'known' | 'nothing' | 'speaking';

/** What follows from what the caller does. */
export interface TurnActions {
  /** The caller has begun a turn. */
  speechStarted(): void;
  /** Likely the whole turn: prepare the answer. Replaces what was prepared before. */
  prepare(text: TurnText): void;
  /** The caller goes on: drop what was prepared. */
  drop(): void;
  /** The turn is over; `undefined` when nothing was said in it. */
  turnEnded(text: TurnText | undefined, times: TurnTimes): void;
  /** Hold the agent's voice: the caller may want to speak. */
  hold(): void;
  /** They did not: go on where it stopped. */
  release(): void;
  /** They did: forget the rest of the answer. Resolves once what was heard of it is in the chat; does not reject. */
  interrupt(): Promise<void>;
  /** They had not finished: forget the answer, what was heard of it, and the turn that it was to, which goes on. As above. */
  takeBack(turn: TurnText): Promise<void>;
}

/** Whether a turn in this language is over; `undefined` where that cannot be predicted. */
export type TurnEndPrediction = (language: string | undefined) => boolean | undefined;

/** Predicts by the sound of a turn whether it is over. */
export interface TurnModel {
  /** Audio of the open turn as it comes: mono samples at 16 kHz. */
  push(samples: Int16Array): void;
  /** About the turn so far. Does not reject. */
  predict(): Promise<TurnEndPrediction>;
  /** The turn is over, its audio is forgotten. */
  reset(): void;
  close(): void;
}

/** Judges by the words and the sound of a turn so far, in any language, whether the caller has finished. */
export interface FinishedJudge {
  /** Audio of the open turn as it comes: mono samples at 16 kHz. */
  push(samples: Int16Array): void;
  /**
   * How finished the turn so far is: of callers who have finished, the share that seems less so, 0 to 1.
   *
   * @param text - its transcript
   */
  judge(text: string): number;
  /** The turn is over, its audio is forgotten. */
  reset(): void;
}

/** Tells the agent's own voice in what the caller's microphone hears. */
export interface Echo {
  /** What is heard just now is nothing but the agent's voice, as far as this caller's echo is known. */
  isHeard(): boolean;
  /**
   * Whether speech that has just ended was nothing but the agent's voice; learns from it.
   *
   * @param text - its transcript.
   * @param speechMs - how long ago it began.
   */
  was(text: string, speechMs: number): boolean;
}

/** What the agent does, as far as the caller's turn depends on it. */
export interface AgentFloor {
  /** It speaks, or is about to. */
  isBusy(): boolean;
  /** Its voice may be cut by speech. */
  mayBeInterrupted(): boolean;
  /** So little is left of its answer that even «okay» is an answer to it. */
  isEnding(): boolean;
  /** Since the first sound of what it says, or said last; `undefined` before it said anything. */
  readonly voicedForMs: number | undefined;
}

/** Who may speak: what the caller's turn has to know of the agent, and can do to it. */
export type Floor = AgentFloor & Pick<TurnActions, 'drop' | 'hold' | 'release' | 'interrupt' | 'takeBack'>;
