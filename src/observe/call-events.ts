import type { EndpointFailure, EndpointName } from '../errors.ts';
import type { MediaHappening } from './media-events.ts';
import type { PhoneHappening } from './phone-events.ts';
import type { RecordingState } from './recording-state.ts';
import type { RequestHappening } from './request-events.ts';

/** An endpoint that did not do its part, without the words of anybody. */
export interface EndpointFault {
  readonly endpoint: EndpointName;
  /** Without query string or credentials. */
  readonly url: string;
  readonly failure: EndpointFailure;
  readonly status?: number | undefined;
  /** What the server gave as its reason, without any word of the request. */
  readonly reason?: string | undefined;
  readonly hint?: string | undefined;
}

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

/** Words that were kept, or a tone where there is no sound of them. */
export type CoverSound = 'words' | 'tone';

/** Where the time of one answer went, in milliseconds, by the name of the part (`call/turn-record.ts`). */
export type PartsMs = Readonly<Record<string, number>>;

/** `dropped`: with the answer in which it was asked for. The last of one action is `dropped`, `done` or `failed`. */
export type ActionState = 'asked' | 'dropped' | 'begun' | 'done' | 'failed';

/** Wall-clock times of one turn of the caller, in milliseconds since the epoch. */
export interface TurnTimesMs {
  readonly firstSoundAt?: number;
  readonly lastSoundAt: number;
  readonly pauseSeenAt?: number;
  readonly transcribedAt?: number;
  readonly endedAt?: number;
}

/**
 * What happens in a call. All of it is plain JSON, so that any process may be told. What was said, names and numbers stand
 * in fields named `pii…`, and nowhere else.
 */
export type Happening =
  /** The agent listens, and has begun to talk. */
  | {
      readonly type: 'started';
      readonly prompt: string;
      readonly promptHash: string;
      readonly via: 'web' | 'sip';
      readonly piiCaller: string;
      /** The call broke off in another process, and goes on in this one. */
      readonly goesOn?: boolean;
      /** The caller came back to what was said in a call that broke off before. */
      readonly comesBack?: boolean;
    }
  /** Another participant is served from now on. */
  | { readonly type: 'caller-changed'; readonly piiCaller: string }
  /** The caller hears the agent from now on. */
  | { readonly type: 'line-opened' }
  /** An operator listens from now on, unseen by those in the room. */
  | { readonly type: 'listened' }
  | { readonly type: 'caller-speaks'; readonly isSpeaking: boolean }
  /** What the caller says, as far as it is known; `isFinal` once for each turn. */
  | { readonly type: 'transcript'; readonly isFinal: boolean; readonly piiText: string }
  | { readonly type: 'transcript-dropped'; readonly reason: string }
  /**
   * The caller has paused, and what they said is not known in time (`late`); then how that ended: it is known, nothing was
   * said or it cannot be known, or they speak again. Of pauses whose words are known in time nothing is told.
   */
  | {
      readonly type: 'words-awaited';
      readonly state: 'late' | 'known' | 'nothing' | 'speaking';
      /** Milliseconds since the epoch. */
      readonly lastSoundAtMs: number;
    }
  /** The caller's turn is over. */
  | { readonly type: 'turn-ended'; readonly times: TurnTimesMs }
  /** The caller waits for an answer since their last sound; told once more when their turn is over. Wall-clock times. */
  | { readonly type: 'answer-awaited'; readonly sinceMs: number; readonly endedAtMs: number | undefined }
  /** `heard`: the answer begins to be played. `given-up`: an apology is said in its place. */
  | {
      readonly type: 'answer-wait-over';
      readonly outcome: 'heard' | 'given-up' | 'caller-speaks' | 'nothing-said' | 'call-over';
    }
  /** A sound of ours begins where no answer is. `piiText`: what it says, or stands for; with `wasRead` the room has read it. */
  | {
      readonly type: 'cover-begins';
      readonly by: CoverSound;
      readonly isApology: boolean;
      readonly piiText: string | undefined;
      readonly wasRead?: boolean;
    }
  /** Its end is heard in so many milliseconds. */
  | { readonly type: 'cover-ends'; readonly inMs: number }
  /** The longest time without a sound of ours in the wait that is over. */
  | { readonly type: 'dead-air'; readonly longestMs: number }
  /** The caller speaks without a pause: so many longest turns in a row. */
  | { readonly type: 'turn-cut'; readonly inARow: number }
  /** The agent's voice was held for `BARGE_IN_HOLD_MS`, for speech that brought no words; it goes on. */
  | { readonly type: 'hold-expired' }
  /** The voice activity detector failed. `isLost`: for good, else it was opened again. */
  | { readonly type: 'detector-failed'; readonly reason: string; readonly isLost: boolean }
  /** A step on the way to an answer. `attempt`: which answer; one that is dropped for another has another number. */
  | {
      readonly type: 'mark';
      readonly mark: 'asked' | 'first-token' | 'first-clause' | 'first-byte';
      readonly attempt: number;
    }
  /** The model's answer is over (`stages/hooks.ts` says what the fields mean). */
  | {
      readonly type: 'model-answered';
      readonly finish: string | undefined;
      readonly isAnswer: boolean;
      readonly chars: number;
      readonly thoughtChars: number;
      readonly spokenThoughtChars: number;
      readonly thinkingOff: string | undefined;
      readonly unknownTools: readonly string[];
      readonly givenUp: boolean;
      readonly tries: number;
    }
  /** The end of an answer could not be spoken: the voice failed. */
  | { readonly type: 'speech-broken' }
  /** The oldest of the conversation was left out (`refused`: of one request, that the model's server found too long). */
  | {
      readonly type: 'chat-trimmed';
      readonly reason: 'budget' | 'refused';
      /** As they are estimated. */
      readonly tokensBefore: number;
      readonly tokensAfter: number;
    }
  /** It thinks or speaks. */
  | { readonly type: 'agent-busy'; readonly isBusy: boolean }
  /** The agent's voice begins to be played. */
  | { readonly type: 'agent-heard' }
  /** What it was to say is said, or was cut off. `isReply`: the model's words, no fixed phrase. */
  | { readonly type: 'agent-spoke'; readonly isReply: boolean; readonly interrupted: boolean }
  /** Added to the conversation: what the caller said, or what was heard of the agent. */
  | {
      readonly type: 'said';
      readonly role: string;
      readonly piiText: string;
      readonly interrupted: boolean;
      readonly createdAtMs: number;
      /** The framework's own figures, coarser than those of `turn`. */
      readonly measured: PartsMs;
    }
  /**
   * The caller went on as the answer began: their turn had ended too early, and goes on. What was said since then (in milliseconds
   * since the epoch, `undefined` of nothing) is said no more: the words so far are said again with the rest.
   */
  | { readonly type: 'cut-off'; readonly sinceMs: number | undefined }
  /** A turn of the caller was answered. `turn`: 1 for the first of the call. */
  | { readonly type: 'turn'; readonly turn: number; readonly parts: PartsMs; readonly interrupted: boolean }
  /** A turn of the caller after which nothing was heard, and why (`call/silent-reasons.ts`). */
  | { readonly type: 'turn-without-sound'; readonly reason: SilentReason }
  | RequestHappening
  /** After all its tries. `piiSaid`: the message, which may hold more than the reason. */
  | (EndpointFault & {
      readonly type: 'endpoint-failed';
      /** What failed, without anything that the server said. */
      readonly summary: string;
      readonly piiSaid: string;
    })
  /** Realtime transcription never worked: batch serves the rest of the call. */
  | (EndpointFault & { readonly type: 'transcription-fell-back' })
  /** Realtime transcription lost a part of a turn, and batch had it. */
  | (EndpointFault & { readonly type: 'transcription-rescued' })
  /** Found as the call began; nothing was lost by it yet. */
  | (EndpointFault & { readonly type: 'endpoint-not-ready' })
  /** Messages and commands from the room that were not taken, since the last such event. */
  | {
      readonly type: 'input-refused';
      readonly input: string;
      readonly reason: string;
      readonly count: number;
    }
  | PhoneHappening
  | MediaHappening
  /** The agent does something beside talking, such as `transfer` (`actions/actions.ts`). */
  | {
      readonly type: 'action';
      readonly action: string;
      /** `key`: the caller pressed one; `failure`: no answer could be given. */
      readonly by: 'model' | 'key' | 'failure';
      readonly state: ActionState;
      /** The name that the prompt file gives it. */
      readonly target?: string;
      readonly piiDigits?: string;
      /** Why it failed, without any word or number of anybody. */
      readonly reason?: string;
    }
  /** The prompt lists actions, and the model's endpoint takes no tools: they are not offered. */
  | { readonly type: 'actions-refused'; readonly url: string; readonly model: string }
  /** Whether what is said may be kept. `asked`: nothing is, until the caller has said yes. */
  | { readonly type: 'recording'; readonly state: RecordingState }
  /** For one participant, to be shown as it is. */
  | { readonly type: 'notice'; readonly piiTo: string; readonly message: string }
  /** The agent hangs up: a good-bye may come. */
  | { readonly type: 'ending'; readonly reason: string }
  /** The last event of every call. `durationMs`: since `started`, and only after it. */
  | {
      readonly type: 'ended';
      readonly reason: string;
      /** `false`: it could not start, or a fault of our own ended it. */
      readonly ok: boolean;
      readonly durationMs?: number | undefined;
    };

/** One event of one call. */
export type CallEvent = Happening & {
  readonly callId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
};

/** Is told every event of a call, in order, as it happens. What it throws is logged, and nothing else comes of it. */
export type Subscriber = (event: CallEvent) => void;
