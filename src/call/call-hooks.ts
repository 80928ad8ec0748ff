import type { EndpointError, EndpointName } from '../errors.ts';
import type { EndpointFault, Happening } from '../observe/call-events.ts';
import type { TraceContext } from '../observe/trace/ids.ts';
import type { RouteEvent } from '../openai/retry.ts';
import { urlHost } from '../urls.ts';
import { followRequests } from './follow-requests.ts';
import type { CallHooks } from './pipeline.ts';

/** What the stages tell of a call, as its events. */
export function createCallHooks(emit: (happening: Happening) => void, trace?: TraceContext): CallHooks {
  return {
    onRequest: followRequests(emit, trace),
    onTokens: ({ promptTokens, cachedTokens, completionTokens }, attempt) =>
      emit({ type: 'tokens-used', attempt, promptTokens, cachedTokens, completionTokens }),
    onMark: (mark, attempt) => emit({ type: 'mark', mark, attempt }),
    onAnswer: (end) => emit({ type: 'model-answered', ...end }),
    onMarkAwaited: (mark, { baseUrl }) => emit({ type: 'end-mark', host: urlHost(baseUrl), mark }),
    onEndMarksLeftOut: ({ baseUrl, model }) => emit({ type: 'end-marks-left-out', url: baseUrl, model }),
    onSpeechBroken: () => emit({ type: 'speech-broken' }),
    onTrimmed: (trimmed) => emit({ type: 'chat-trimmed', ...trimmed }),
    onTurnEnded: (times) => emit({ type: 'turn-ended', times }),
    onWordsAwaited: (state, lastSoundAtMs) => emit({ type: 'words-awaited', state, lastSoundAtMs }),
    onTurnCut: (inARow) => emit({ type: 'turn-cut', inARow }),
    onHoldExpired: () => emit({ type: 'hold-expired' }),
    onDetectorFailed: (failure) => emit({ type: 'detector-failed', ...failure }),
    onError: (error) =>
      emit({ type: 'endpoint-failed', ...faultOf(error), summary: error.summary, piiSaid: error.message }),
    onFallback: (error) => emit({ type: 'transcription-fell-back', ...faultOf(error) }),
    onRescued: (error) => emit({ type: 'transcription-rescued', ...faultOf(error) }),
    onRoute: (endpoint, event) => emit(routeHappening(endpoint, event)),
    onDropped: (reason) => emit({ type: 'transcript-dropped', reason }),
    onTiming: (endpoint, firstByteMs) => emit({ type: 'endpoint-answered', endpoint, firstByteMs }),
  };
}

function routeHappening(endpoint: EndpointName, { what, ...rest }: RouteEvent): Happening {
  const type = ROUTE_TYPES[what];
  return { type, endpoint, ...rest } as Happening;
}

const ROUTE_TYPES = {
  hedge: 'request-hedged',
  failover: 'request-failed-over',
  breaker: 'breaker-changed',
} as const satisfies Record<RouteEvent['what'], Happening['type']>;

/** What stands in log and metrics of it. */
export function faultOf({ endpoint, url, failure, status, reason, hint }: EndpointError): EndpointFault {
  return { endpoint, url, failure, status, reason, hint };
}
