import type { EndpointError } from '../errors.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { AnswerEnd } from '../stages/hooks.ts';
import type { CallHooks } from './pipeline.ts';
import { type CallEvent, faultEvent } from './room-events.ts';
import type { SilentTurn } from './silent-turn.ts';
import type { TurnRecord } from './turn-record.ts';

export interface CallHookParts {
  log: Log;
  report: Report;
  publish(event: CallEvent): void;
  showFaults: boolean;
  record: TurnRecord;
  silence: SilentTurn;
  warnOfThoughts(end: AnswerEnd): void;
  /** The caller speaks without a pause: so many longest turns in a row. */
  onTalkedOn(inARow: number): void;
}

/** What the stages tell a call: to its log, its metrics, its room, and to those who watch its turns. */
export function createCallHooks(parts: CallHookParts): CallHooks {
  const { log, report, publish, showFaults, record, silence, warnOfThoughts, onTalkedOn } = parts;
  return {
    onMark(mark) {
      record.mark(mark);
      if (mark === 'asked') silence.asked();
    },
    onAnswer(end) {
      warnOfThoughts(end);
      silence.answerEnded(end);
    },
    onTurnEnded: (times) => record.ended(times),
    onTurnCut(inARow) {
      log.info({ inARow }, 'turn cut: the caller has not stopped speaking');
      onTalkedOn(inARow);
    },
    onError(error) {
      // The message may hold more than the reason: what a server answered in place of a transcript or a voice.
      log.warn({ ...factsOf(error), pii_said: error.message }, 'endpoint failed');
      report({ fact: 'endpoint-failed', endpoint: error.endpoint, failure: error.failure });
      publish(faultEvent(error, showFaults));
      silence.failed(error.endpoint);
    },
    onFallback(error) {
      log.warn(factsOf(error), 'realtime transcription does not work: batch for the rest of this call');
      report({ fact: 'endpoint-failed', endpoint: error.endpoint, failure: error.failure });
    },
    onDropped(reason) {
      report({ fact: 'transcript-dropped', reason });
      log.debug({ reason }, 'transcript dropped');
    },
    onTiming: (endpoint, firstByteMs) => report({ fact: 'endpoint-answered', endpoint, firstByteMs }),
  };
}

function factsOf({ endpoint, url, failure, status, reason, hint }: EndpointError) {
  return { endpoint, url, failure, status, reason, hint };
}
