import type { CallEvent } from '../call-events.ts';
import type { Attributes } from './span.ts';

type EventOf<T> = Extract<CallEvent, { type: T }>;

/** What stands in a turn's span as an event of it, without anything that was said. */
const NOTES: { readonly [T in CallEvent['type']]?: (event: EventOf<T>) => Attributes } = {
  'transcript-dropped': ({ reason }) => ({ reason }),
  'turn-cut': ({ inARow }) => ({ inARow }),
  'hold-expired': () => ({}),
  'cover-begins': ({ by, isApology }) => ({ sound: by, apology: isApology }),
  'dead-air': ({ longestMs }) => ({ longestMs }),
  'speech-broken': () => ({}),
  'chat-trimmed': ({ reason, tokensBefore, tokensAfter }) => ({ reason, tokensBefore, tokensAfter }),
  'detector-failed': ({ isLost }) => ({ lost: isLost }),
  'endpoint-failed': ({ endpoint, url, failure, status }) => ({ endpoint, url, failure, status }),
  'request-failed-over': ({ endpoint, from, to, failure }) => ({ endpoint, from, to, failure }),
  'request-hedged': ({ endpoint, host, outcome }) => ({ endpoint, host, outcome }),
  'breaker-changed': ({ endpoint, host, state }) => ({ endpoint, host, state }),
  'transcription-fell-back': ({ url, failure, status }) => ({ url, failure, status }),
  'transcription-rescued': ({ url, failure, status }) => ({ url, failure, status }),
};

export function notesOf(event: CallEvent): { name: string; attributes: Attributes } | undefined {
  const attributesOf = NOTES[event.type] as ((event: CallEvent) => Attributes) | undefined;
  return attributesOf && { name: event.type, attributes: attributesOf(event) };
}
