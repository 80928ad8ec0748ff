/**
 * What happens in calls, as it is counted. Host processes state facts; the worker's process turns all of
 * them into metrics on one port. Durations are milliseconds; nothing here may hold what a caller said, or who they are.
 */
export type CallFact =
  | { fact: 'call-not-connected' }
  /** Of the worker itself: a host process ended, and why. */
  | { fact: 'host-ended'; end: string; process: number }
  /** Of the worker itself: a job is over, whether a call came of it or not. `host`: 0 when no process had it. */
  | { fact: 'call-over'; host: number; how: 'ok' | 'failed' | 'lost'; durationMs: number; cpuMs: number }
  /**
   * Of the worker itself: it took no call that LiveKit offered it (`full`, `overload`, `stopping`), or had a phone that rang hear that the line is
   * busy (`phone`).
   */
  | { fact: 'call-refused'; why: 'full' | 'overload' | 'stopping' | 'phone' }
  /** Of the worker itself: a call broke off, with its host process, its room's connection or by a fault of ours. */
  | { fact: 'call-broke'; why: 'host' | 'connection' | 'fault'; outcome: 'goes-on' | 'given-up' }
  /** A call that broke off is heard again. `afterMs`: since it broke off. */
  | { fact: 'call-resumed'; afterMs: number }
  | { fact: 'call-started'; prompt: string }
  | { fact: 'call-ended'; prompt: string; reason: string; durationMs: number }
  /** `traceId`: where a collector has its call. */
  | {
      fact: 'turn';
      prompt: string;
      interrupted: boolean;
      parts: Readonly<Record<string, number>>;
      traceId?: string | undefined;
    }
  /** Words of a turn of the caller, or of the agent as far as they were heard. */
  | { fact: 'spoken'; prompt: string; who: 'caller' | 'agent'; ms: number }
  | { fact: 'turn-without-sound'; prompt: string; reason: string }
  | { fact: 'covered'; prompt: string; what: 'filler' | 'apology'; sound: 'words' | 'tone' }
  | { fact: 'dead-air'; prompt: string; longestMs: number }
  /** One request on the wire. `model`, `host`: of the settings. */
  | {
      fact: 'request-made';
      stage: string;
      host: string;
      model: string;
      prompt: string;
      outcome: string;
      firstByteMs: number | undefined;
    }
  /** As the model's server counted them; `input` holds `cached`. */
  | { fact: 'tokens-used'; prompt: string; input: number; cached: number; output: number }
  /** Answers that were asked for since the last turn, by whether the caller heard them. */
  | { fact: 'answers-prepared'; prompt: string; used: number; dropped: number }
  | { fact: 'endpoint-failed'; endpoint: string; failure: string }
  | { fact: 'hold-expired' }
  | { fact: 'cut-off' }
  | { fact: 'detector-failed'; isLost: boolean }
  | { fact: 'chat-trimmed'; reason: string }
  | { fact: 'request-hedged'; stage: string; outcome: string }
  | { fact: 'request-failed-over'; stage: string }
  /** What an answer began with that was to say whether the caller has finished; `given-up`: such marks are not asked for any more. */
  | { fact: 'end-mark'; host: string; mark: 'finished' | 'unfinished' | 'missing' | 'given-up' }
  /** `openness`: 0 closed, 1 half-open, 2 open. `process`: the host process whose calls see it so; the worker adds it. */
  | { fact: 'breaker-changed'; stage: string; host: string; openness: number; process?: number }
  /** Something of a call could not be kept. */
  | { fact: 'record-failed'; what: 'recording' | 'record' | 'message' }
  /** Of the worker itself: a message about a call was delivered, or not: it is tried again (`failed`), or given up. */
  | { fact: 'record-delivered'; to: 'webhook' | 's3'; outcome: 'sent' | 'failed' | 'given-up' }
  /** The way of a call's sound between agent and LiveKit: the agent's candidate, and the protocol of it. */
  | { fact: 'media-path'; via: 'web' | 'sip'; kind: string; protocol: string }
  /** Packets of callers' sound, of some seconds of a call. */
  | { fact: 'media-heard'; via: 'web' | 'sip'; received: number; lost: number; jitterMs: number }
  | { fact: 'transcript-dropped'; reason: string }
  | { fact: 'input-refused'; input: string; reason: string; count: number };

/** From so long without a sound on, callers say «hello?». */
export const DEAD_AIR_MS = 3000;

/** Takes a fact; never throws, never waits. */
export type Report = (fact: CallFact) => void;
