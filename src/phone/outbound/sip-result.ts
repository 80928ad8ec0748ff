import { SipCallError } from 'livekit-server-sdk';
import { messageOf } from '../../errors.ts';

/** How an attempt to reach a number ended, where nobody could be talked to. */
export type Unreached = 'busy' | 'no-answer' | 'declined' | 'failed';

export interface SipFailure {
  result: Unreached;
  /** The far end's status, where there was one. */
  sipCode?: number | undefined;
  /** Without any number: a status with its phrase, or what LiveKit says. */
  reason: string;
}

/** RFC 3261, 21.4 and 21.6: busy here, busy everywhere. */
const BUSY = new Set([486, 600]);
/** Timed out, temporarily unavailable, given up by us after the longest ringing. */
const NO_ANSWER = new Set([408, 480, 487]);
/** Declined; RFC 8197, unwanted. */
const DECLINED = new Set([603, 607, 608]);

/** What a failed `createSipParticipant` or `transferSipParticipant` means (livekit-server puts the SIP status into its error). */
export function sipFailure(error: unknown): SipFailure {
  const sipCode = error instanceof SipCallError ? error.sipStatusCode : undefined;
  if (error instanceof SipCallError && sipCode !== undefined && Number.isInteger(sipCode)) {
    const reason = `SIP ${sipCode}${error.sipStatus ? ` ${error.sipStatus}` : ''}`;
    return { result: resultOf(sipCode), sipCode, reason };
  }
  const reason = withoutNumbers(messageOf(error));
  return { result: RANG_OUT.test(reason) || isTimeout(error) ? 'no-answer' : 'failed', reason };
}

/**
 * How livekit-sip 1.8.0 says that it gave up ringing (`pkg/sip/outbound.go`, `sipResponse`; `protocol.go`), or that the far end said
 * 180 and no more. «0 intermediate responses»: there is nobody there.
 */
const RANG_OUT = /sip request timed out|\([1-9]\d* intermediate responses\)|deadline.?exceeded/i;

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

function resultOf(sipCode: number): Unreached {
  if (BUSY.has(sipCode)) return 'busy';
  if (NO_ANSWER.has(sipCode)) return 'no-answer';
  return DECLINED.has(sipCode) ? 'declined' : 'failed';
}

const withoutNumbers = (text: string) => text.slice(0, 200).replace(/\+?\d{5,}/g, '<number>');
