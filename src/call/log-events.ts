import type { CallEvent, EndpointFault, Subscriber } from '../observe/call-events.ts';
import { DEAD_AIR_MS } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import { DeadAirOfCall } from './dead-air.ts';
import { HAS_NO_LISTENER } from './hang-up.ts';
import { explain } from './silent-reasons.ts';
import { createThoughtsWarning } from './thoughts.ts';

type Line = [level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: object];
type EventOf<T> = Extract<CallEvent, { type: T }>;

/** What the log says of each event; nothing of those that are missing. */
const LINES: { readonly [T in CallEvent['type']]?: (event: EventOf<T>) => Line } = {
  started: ({ via, goesOn, comesBack }) => [
    'info',
    goesOn ? 'call goes on' : 'call started',
    { via, ...(comesBack && { comesBack }) },
  ],
  'caller-changed': ({ piiCaller }) => ['info', 'caller changed', { pii_caller: piiCaller }],
  said: ({ role, piiText }) => ['debug', 'said', { role, pii_text: piiText }],
  'transcript-dropped': ({ reason }) => ['debug', 'transcript dropped', { reason }],
  'turn-cut': ({ inARow }) => ['info', 'turn cut: the caller has not stopped speaking', { inARow }],
  turn: ({ turn, parts, interrupted }) => ['info', 'turn answered', { turn, ...parts, interrupted }],
  'turn-without-sound': ({ reason }) => {
    const { what, hint } = explain(reason);
    return ['warn', 'turn without sound', { reason, what, hint }];
  },
  'cover-begins': ({ by, isApology, piiText }) => [
    'info',
    isApology ? 'apology' : 'filler',
    { sound: by, pii_text: piiText },
  ],
  'dead-air': ({ longestMs }) => [longestMs > DEAD_AIR_MS ? 'warn' : 'debug', 'dead air', { longestMs }],
  'endpoint-failed': (event) => ['warn', 'endpoint failed', { ...faultOf(event), pii_said: event.piiSaid }],
  'request-hedged': ({ endpoint, attempt, host, outcome }) => [
    'debug',
    'a late request was made twice',
    { endpoint, attempt, host, outcome },
  ],
  'request-failed-over': ({ endpoint, attempt, from, to, failure }) => [
    'info',
    'request went to another endpoint',
    { endpoint, attempt, from, to, failure },
  ],
  'breaker-changed': ({ endpoint, host, state }) =>
    state === 'open'
      ? ['warn', 'endpoint is left out: it failed or was late too often', { endpoint, host }]
      : ['info', 'endpoint is asked again', { endpoint, host }],
  'endpoint-not-ready': (event) => ['warn', 'endpoint is not ready', faultOf(event)],
  'transcription-fell-back': (event) => [
    'warn',
    'realtime transcription does not work: batch for the rest of this call',
    faultOf(event),
  ],
  'transcription-rescued': (event) => [
    'warn',
    'realtime transcription lost a part of a turn: batch had it',
    faultOf(event),
  ],
  'chat-trimmed': ({ reason, tokensBefore, tokensAfter }) => [
    reason === 'refused' ? 'warn' : 'info',
    'the oldest of the conversation is left out: it is long for the chat model',
    { reason, tokensBefore, tokensAfter },
  ],
  'media-path': ({ kind, protocol }) => ['debug', 'sound comes by this way', { kind, protocol }],
  'media-heard': ({ received, lost, jitterMs }) => [
    'debug',
    'packets of the caller',
    { received, lost, jitterMs },
  ],
  'hold-expired': () => ['debug', 'speech over the agent brought no words: the voice goes on', {}],
  'cut-off': () => [
    'info',
    'the caller was cut off: their turn goes on, what was answered is taken back',
    {},
  ],
  'detector-failed': ({ reason, isLost }) =>
    isLost
      ? ['error', 'the voice activity detector failed too often: the call ends', { reason }]
      : ['warn', 'the voice activity detector failed and was opened again', { reason }],
  action: ({ action, target, by, state, reason, piiDigits }) => [
    state === 'failed' ? 'warn' : 'info',
    `action ${state}`,
    { action, target, by, reason, pii_digits: piiDigits },
  ],
  hold: ({ isHeld, isCertain, forMs }) => [
    isCertain ? 'info' : 'debug',
    isHeld ? 'no sound comes from the phone: it is on hold' : 'sound comes from the phone again',
    { isCertain, forMs },
  ],
  'digits-typed': ({ question, count, piiDigits }) => [
    'info',
    'digits typed',
    { question, count, pii_digits: piiDigits },
  ],
  callee: ({ who }) => ['info', 'who took the call', { who }],
  'actions-refused': ({ url, model }) => [
    'warn',
    'the model’s server takes no tools: the prompt’s actions are not offered, and the agent only talks',
    {
      url,
      model,
      hint: 'Start the server with tool calling (vLLM: --enable-auto-tool-choice --tool-call-parser; llama-server: --jinja).',
    },
  ],
  'end-marks-left-out': ({ url, model }) => [
    'warn',
    'the chat model does not say whether callers have finished: it is not asked any more, words and sound decide',
    { url, model, hint: 'Set LLM_JUDGES_TURNS=false, or use a model that follows its instructions.' },
  ],
  'input-refused': ({ input, reason, count }) => ['warn', 'input refused', { input, reason, count }],
  // Without a good-bye the line of the end comes with it.
  ending: ({ reason }) => [HAS_NO_LISTENER.has(reason) ? 'debug' : 'info', 'hanging up', { reason }],
  ended: ({ reason, durationMs }) =>
    durationMs === undefined
      ? ['info', 'call not started', { reason }]
      : ['info', 'call ended', { reason, durationMs }],
};

/** Writes the call's log. From `started` on, each line says prompt and caller. */
export function logEvents(log: Log): Subscriber {
  let callLog = log;
  let warnOfThoughts = createThoughtsWarning(log);
  const deadAir = new DeadAirOfCall();
  return (event) => {
    if (event.type === 'started') {
      const { prompt, promptHash, piiCaller } = event;
      callLog = log.child({ prompt, promptHash, pii_caller: piiCaller });
      warnOfThoughts = createThoughtsWarning(callLog);
    }
    if (event.type === 'model-answered') warnOfThoughts(event);
    if (event.type === 'dead-air') deadAir.add(event.longestMs);
    const lineOf = LINES[event.type] as ((event: CallEvent) => Line) | undefined;
    if (!lineOf) return;
    const [level, message, fields] = lineOf(event);
    callLog[level](event.type === 'ended' ? { ...fields, ...deadAir.fields } : fields, message);
  };
}

function faultOf({ endpoint, url, failure, status, reason, hint }: EndpointFault): EndpointFault {
  return { endpoint, url, failure, status, reason, hint };
}
