import type { EndpointFailure, EndpointName } from '../errors.ts';

/** What happens between a call and the models' servers, request by request. */
export type RequestHappening =
  /** One request on the wire is over. Times are milliseconds since the epoch; it ended at `atMs`. `host`: with its port. */
  | {
      readonly type: 'request';
      readonly endpoint: 'stt' | 'llm' | 'tts';
      readonly host: string;
      readonly model: string | undefined;
      /** Which answer it was for, as in `mark`; of a transcript none. */
      readonly attempt: number | undefined;
      /** Why it was made (`openai/exchange.ts`). */
      readonly kind: 'first' | 'again' | 'hedge' | 'probe' | undefined;
      readonly sentAtMs: number;
      readonly firstByteAtMs: number | undefined;
      readonly status: number | undefined;
      /** `aborted`: we had no more use for it. */
      readonly outcome: 'answered' | 'aborted' | 'failed';
      /** Its place in the call's trace, where there is one. */
      readonly spanId: string | undefined;
    }
  /** Request sent → first byte of the answer. */
  | { readonly type: 'endpoint-answered'; readonly endpoint: EndpointName; readonly firstByteMs: number }
  /** As the model's server counted. */
  | {
      readonly type: 'tokens-used';
      readonly attempt: number;
      readonly promptTokens: number;
      readonly cachedTokens: number;
      readonly completionTokens: number;
    }
  /**
   * Another request was made beside one that was late, number `attempt` of its tries: its answer was used, dropped for the
   * other's, or it failed. Hosts of endpoints with their ports.
   */
  | {
      readonly type: 'request-hedged';
      readonly endpoint: EndpointName;
      readonly attempt: number;
      readonly host: string;
      readonly outcome: 'used' | 'dropped' | 'failed';
    }
  /** A request failed, and went to another endpoint of the same stage. */
  | {
      readonly type: 'request-failed-over';
      readonly endpoint: EndpointName;
      readonly attempt: number;
      readonly from: string;
      readonly to: string;
      readonly failure: EndpointFailure;
    }
  /** Requests go to this endpoint no more (`open`), or again. */
  | {
      readonly type: 'breaker-changed';
      readonly endpoint: EndpointName;
      readonly host: string;
      readonly state: 'open' | 'half-open' | 'closed';
    }
  /** An answer has begun that was to say first whether the caller has finished. `host`: with its port. */
  | {
      readonly type: 'end-mark';
      readonly host: string;
      readonly mark: 'finished' | 'unfinished' | 'missing';
    }
  /** The model's answers do not say whether the caller has finished, though they were asked to: they are not asked any more. */
  | { readonly type: 'end-marks-left-out'; readonly url: string; readonly model: string };
