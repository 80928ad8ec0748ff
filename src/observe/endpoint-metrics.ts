import { Counter, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import { BreakerStates } from './breaker-states.ts';
import type { CallFact } from './facts.ts';

/** Seconds; a voice answer is quick below 1 s and lost beyond 5 s. */
export const LATENCY_BUCKETS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10];

/** What is counted of requests to model endpoints. */
export function countsOfEndpoints(registers: Registry<OpenMetricsContentType>[]) {
  return {
    firstByte: new Histogram({
      name: 'voice_agent_endpoint_first_byte_seconds',
      help: 'Request to a model endpoint until the first byte of its answer, each try by itself',
      labelNames: ['endpoint', 'host', 'model', 'prompt'],
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    requests: new Counter({
      name: 'voice_agent_requests_total',
      help: 'Requests to model endpoints, each try by itself, by outcome: answered, aborted (of no more use), failed',
      labelNames: ['endpoint', 'host', 'model', 'outcome'],
      registers,
    }),
    tokens: new Counter({
      name: 'voice_agent_tokens_total',
      help: 'Tokens of the chat model as its server counted them, by kind: input, cached (part of input), output',
      labelNames: ['prompt', 'kind'],
      registers,
    }),
    answers: new Counter({
      name: 'voice_agent_answers_prepared_total',
      help: 'Answers that the chat model was asked for, by outcome: used, or dropped as the caller went on',
      labelNames: ['prompt', 'outcome'],
      registers,
    }),
    errors: new Counter({
      name: 'voice_agent_endpoint_errors_total',
      help: 'Requests to a model endpoint that failed after all their tries',
      labelNames: ['endpoint', 'failure'],
      registers,
    }),
    hedges: new Counter({
      name: 'voice_agent_hedges_total',
      help: 'Requests made beside a late one, by what became of their answer: used, dropped for the other, failed',
      labelNames: ['stage', 'outcome'],
      registers,
    }),
    failovers: new Counter({
      name: 'voice_agent_failovers_total',
      help: 'Requests that failed at one endpoint of a stage and went to another',
      labelNames: ['stage'],
      registers,
    }),
    endMarks: new Counter({
      name: 'voice_agent_end_marks_total',
      help: 'Answers that were to begin with whether the caller has finished (LLM_JUDGES_TURNS), by what they began with: finished, unfinished, missing; given-up: times that a server is not asked for it any more',
      labelNames: ['host', 'mark'],
      registers,
    }),
    breakers: new BreakerStates(registers),
    dropped: new Counter({
      name: 'voice_agent_transcripts_dropped_total',
      help: 'Transcripts that were taken for silence',
      labelNames: ['reason'],
      registers,
    }),
    refused: new Counter({
      name: 'voice_agent_inputs_refused_total',
      help: 'Messages and commands from a room that were not taken: too long (size), too many (rate), not from the caller (sender)',
      labelNames: ['input', 'reason'],
      registers,
    }),
  };
}

type Counts = Pick<ReturnType<typeof countsOfEndpoints>, 'requests' | 'firstByte'>;
type RequestMade = Extract<CallFact, { fact: 'request-made' }>;

/** Endpoints and models are those of settings, prompts those of files: none is a caller's. */
export function countRequest({ requests, firstByte }: Counts, fact: RequestMade): void {
  const { stage: endpoint, host, model, prompt, outcome, firstByteMs } = fact;
  requests.inc({ endpoint, host, model, outcome });
  if (firstByteMs !== undefined && outcome !== 'failed')
    firstByte.observe({ endpoint, host, model, prompt }, firstByteMs / 1000);
}
