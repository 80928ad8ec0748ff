import type { CallEvent, Subscriber } from '../observe/call-events.ts';
import type { CallFact, Report } from '../observe/facts.ts';
import type { TraceContext } from '../observe/trace/ids.ts';
import { urlHost } from '../urls.ts';
import type { GoingOn } from './going-on.ts';

/** States the call's metrics as facts, which hold nothing personal; the worker's process counts them. */
export function countEvents(report: Report, goesOn?: GoingOn, trace?: TraceContext): Subscriber {
  let prompt = goesOn?.prompt.persona.name;
  let isAwaited = false;
  const speculation = countAnswers();
  const spoken = measureSpoken();
  return (event) => {
    if (event.type === 'started') {
      prompt = event.prompt;
      isAwaited = event.goesOn ?? false;
    }
    if (event.type === 'agent-heard' && isAwaited && goesOn) {
      isAwaited = false;
      report({ fact: 'call-resumed', afterMs: event.atMs - goesOn.brokeAtMs });
    }
    const fact = factOf(event, prompt ?? '');
    if (fact) report(fact.fact === 'turn' && trace?.isSampled ? { ...fact, traceId: trace.traceId } : fact);
    const prepared = speculation(event);
    if (prepared) report({ fact: 'answers-prepared', prompt: prompt ?? '', ...prepared });
    const words = spoken(event);
    if (words && words.ms > 0) report({ fact: 'spoken', prompt: prompt ?? '', ...words });
  };
}

/** How long a turn of the caller was once it is over, and what was heard of the agent. */
function measureSpoken(): (event: CallEvent) => { who: 'caller' | 'agent'; ms: number } | undefined {
  let heardAtMs: number | undefined;
  return (event) => {
    if (event.type === 'agent-heard') heardAtMs ??= event.atMs;
    if (event.type === 'turn-ended') {
      const { firstSoundAt, lastSoundAt } = event.times;
      return { who: 'caller', ms: lastSoundAt - (firstSoundAt ?? lastSoundAt) };
    }
    if (event.type !== 'agent-spoke' || heardAtMs === undefined) return undefined;
    const ms = event.atMs - heardAtMs;
    heardAtMs = undefined;
    return { who: 'agent', ms };
  };
}

/** How many answers were asked for in a turn, and whether one of them was heard. */
function countAnswers(): (event: CallEvent) => { used: number; dropped: number } | undefined {
  let asked = new Set<number>();
  return (event) => {
    if (event.type === 'mark' && event.mark === 'asked') asked.add(event.attempt);
    if ((event.type !== 'turn' && event.type !== 'turn-without-sound') || asked.size === 0) return undefined;
    const used = event.type === 'turn' ? 1 : 0;
    const dropped = asked.size - used;
    asked = new Set();
    return { used, dropped };
  };
}

const OPENNESS = { closed: 0, 'half-open': 1, open: 2 } as const;

function factOf(event: CallEvent, prompt: string): CallFact | undefined {
  switch (event.type) {
    case 'started':
      return event.goesOn ? undefined : { fact: 'call-started', prompt };
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
    case 'tokens-used': {
      const { promptTokens: input, cachedTokens: cached, completionTokens: output } = event;
      return { fact: 'tokens-used', prompt, input, cached, output };
    }
    case 'request': {
      const { endpoint: stage, host, model = '', outcome, sentAtMs, firstByteAtMs } = event;
      const firstByteMs = firstByteAtMs === undefined ? undefined : firstByteAtMs - sentAtMs;
      return { fact: 'request-made', stage, host, model, prompt, outcome, firstByteMs };
    }
    case 'endpoint-failed':
    case 'transcription-fell-back':
    case 'transcription-rescued':
      return { fact: 'endpoint-failed', endpoint: event.endpoint, failure: event.failure };
    case 'request-hedged':
      return { fact: 'request-hedged', stage: event.endpoint, outcome: event.outcome };
    case 'request-failed-over':
      return { fact: 'request-failed-over', stage: event.endpoint };
    case 'end-mark':
      return { fact: 'end-mark', host: event.host, mark: event.mark };
    case 'end-marks-left-out':
      return { fact: 'end-mark', host: urlHost(event.url), mark: 'given-up' };
    case 'breaker-changed':
      return {
        fact: 'breaker-changed',
        stage: event.endpoint,
        host: event.host,
        openness: OPENNESS[event.state],
      };
    case 'media-path':
      return { fact: 'media-path', via: event.via, kind: event.kind, protocol: event.protocol };
    case 'media-heard': {
      const { via, received, lost, jitterMs } = event;
      return { fact: 'media-heard', via, received, lost, jitterMs };
    }
    case 'transcript-dropped':
      return { fact: 'transcript-dropped', reason: event.reason };
    case 'chat-trimmed':
      return { fact: 'chat-trimmed', reason: event.reason };
    case 'hold-expired':
    case 'cut-off':
      return { fact: event.type };
    case 'detector-failed':
      return { fact: 'detector-failed', isLost: event.isLost };
    case 'input-refused':
      return { fact: 'input-refused', input: event.input, reason: event.reason, count: event.count };
    default:
      return undefined;
  }
}
