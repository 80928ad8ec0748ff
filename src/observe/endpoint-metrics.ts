import { Counter, Histogram, type Registry } from 'prom-client';
import { BreakerStates } from './breaker-states.ts';

/** Seconds; a voice answer is quick below 1 s and lost beyond 5 s. */
export const LATENCY_BUCKETS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10];

/** What is counted of requests to model endpoints. */
export function countsOfEndpoints(registers: Registry[]) {
  return {
    firstByte: new Histogram({
      name: 'voice_agent_endpoint_first_byte_seconds',
      help: 'Request to a model endpoint until the first byte of its answer',
      labelNames: ['endpoint'],
      buckets: LATENCY_BUCKETS,
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
