import { createHash, randomBytes } from 'node:crypto';

/** Where a call's spans belong, and whether they are kept (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  readonly isSampled: boolean;
}

/**
 * The trace of a call: the same for every process that knows the call's id, so that a call which goes on elsewhere stays one
 * trace, and log lines and exemplars can name it. 32 hexadecimal digits.
 */
export function traceIdOf(callId: string): string {
  return createHash('sha256').update(callId).digest('hex').slice(0, 32);
}

/** 16 hexadecimal digits. */
export const newSpanId = (): string => randomBytes(8).toString('hex');

/** The header by which a server's own spans join ours: https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceparent({ traceId, isSampled }: TraceContext, spanId: string): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
