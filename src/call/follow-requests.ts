import type { Happening } from '../observe/call-events.ts';
import { newSpanId, type TraceContext, traceparent } from '../observe/trace/ids.ts';
import type { StageHooks } from '../stages/hooks.ts';
import { urlHost } from '../urls.ts';

/**
 * Tells each request to a model once it is over. In a call that is traced it carries `traceparent`, by which the server's own
 * spans join the call's.
 *
 * @param wallNow - milliseconds since the epoch.
 */
export function followRequests(
  emit: (happening: Happening) => void,
  trace?: TraceContext,
  wallNow: () => number = Date.now,
): NonNullable<StageHooks['onRequest']> {
  return ({ endpoint, url, model, kind }, attempt) => {
    const sentAtMs = wallNow();
    const spanId = trace && newSpanId();
    let firstByteAtMs: number | undefined;
    let status: number | undefined;
    return {
      headers: trace && spanId ? { traceparent: traceparent(trace, spanId) } : {},
      answered(code) {
        firstByteAtMs = wallNow();
        status = code;
      },
      ended(outcome) {
        if (endpoint !== 'stt' && endpoint !== 'llm' && endpoint !== 'tts') return;
        const sent = { endpoint, host: urlHost(url), model, attempt, kind, sentAtMs };
        emit({ type: 'request', ...sent, firstByteAtMs, status, outcome, spanId });
      },
    };
  };
}
