import type { CallEvent, Subscriber } from '../observe/call-events.ts';
import type { CallFact, Report } from '../observe/facts.ts';

/** States the call's metrics as facts, which hold nothing personal; the worker's process counts them. */
export function countEvents(report: Report): Subscriber {
  let prompt: string | undefined;
  return (event) => {
    if (event.type === 'started') prompt = event.prompt;
    const fact = factOf(event, prompt ?? '');
    if (fact) report(fact);
  };
}

function factOf(event: CallEvent, prompt: string): CallFact | undefined {
  switch (event.type) {
    case 'started':
      return { fact: 'call-started', prompt };
    case 'ended': {
      const { reason, durationMs } = event;
      return durationMs === undefined ? undefined : { fact: 'call-ended', prompt, reason, durationMs };
    }
    case 'turn':
      return { fact: 'turn', prompt, interrupted: event.interrupted, parts: event.parts };
    case 'turn-without-sound':
      return { fact: 'turn-without-sound', prompt, reason: event.reason };
    case 'cover-begins':
      return {
        fact: 'covered',
        prompt,
        what: event.isApology ? 'apology' : 'filler',
        sound: event.by,
      };
    case 'dead-air':
      return { fact: 'dead-air', prompt, longestMs: event.longestMs };
    case 'endpoint-answered':
      return { fact: 'endpoint-answered', endpoint: event.endpoint, firstByteMs: event.firstByteMs };
    case 'endpoint-failed':
    case 'transcription-fell-back':
    case 'transcription-rescued':
      return { fact: 'endpoint-failed', endpoint: event.endpoint, failure: event.failure };
    case 'transcript-dropped':
      return { fact: 'transcript-dropped', reason: event.reason };
    case 'chat-trimmed':
      return { fact: 'chat-trimmed', reason: event.reason };
    case 'hold-expired':
      return { fact: 'hold-expired' };
    case 'detector-failed':
      return { fact: 'detector-failed', isLost: event.isLost };
    case 'input-refused':
      return { fact: 'input-refused', input: event.input, reason: event.reason, count: event.count };
    default:
      return undefined;
  }
}
