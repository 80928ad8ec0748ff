import {
  Counter,
  collectDefaultMetrics,
  Histogram,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import { countCost, countsOfCosts, type Prices } from './cost-metrics.ts';
import { countRequest, countsOfEndpoints, LATENCY_BUCKETS } from './endpoint-metrics.ts';
import type { CallFact, Report } from './facts.ts';
import { addHostGauges, hostMetrics } from './host-metrics.ts';
import { countMedia, countsOfMedia } from './media-metrics.ts';
import { plainMetrics } from './plain-metrics.ts';
import { addRecordGauges, countRecord, recordMetrics } from './record-metrics.ts';
import { countsOfTurns, countTurn } from './turn-metrics.ts';
import { addWorkerGauges, type WorkerFacts } from './worker-metrics.ts';

export const OPENMETRICS_CONTENT_TYPE = Registry.OPENMETRICS_CONTENT_TYPE;

const CALL_BUCKETS = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

export interface Metrics {
  /** Counts a fact, from this process or another. */
  report: Report;
  /** The page of all metrics, in Prometheus' text format. */
  text(): Promise<string>;
  /** The same in OpenMetrics, with the ids of traces as exemplars of turns. */
  openMetrics(): Promise<string>;
}

/**
 * Every metric of the program, declared once. Money is counted only where there are prices. Durations are seconds there, as Prometheus wants them. What is rare, and has an
 * alert, is there with 0 before it happens: Prometheus sees no rise in a series that begins with 1.
 */
export function createMetrics(worker?: WorkerFacts, prices?: Prices): Metrics {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  collectDefaultMetrics({ register: registry, prefix: 'voice_agent_' });
  if (worker) addWorkerGauges(registry, worker);
  addRecordGauges(registry, () => worker?.records?.());
  addHostGauges(registry, () => worker?.hosts?.() ?? []);
  const counters = callMetrics(registry);
  for (const why of ['host', 'connection', 'fault'])
    for (const outcome of ['goes-on', 'given-up']) counters.broke.inc({ why, outcome }, 0);
  for (const why of ['full', 'overload', 'stopping', 'phone']) counters.refusedCalls.inc({ why }, 0);
  const openMetrics = () => {
    for (const { number } of worker?.hosts?.() ?? []) counters.callEnds.inc({ host: number, how: 'lost' }, 0);
    return registry.metrics();
  };
  return {
    report(fact) {
      count(counters, fact);
      if (prices) countCost(counters.costs, fact, prices);
    },
    text: async () => plainMetrics(await openMetrics()),
    openMetrics,
  };
}

function callMetrics(register: Registry<OpenMetricsContentType>) {
  return {
    ...countsOfCalls([register]),
    ...countsOfTurns([register]),
    ...countsOfEndpoints([register]),
    ...countsOfMedia([register]),
    ...countsOfCosts([register]),
    ...hostMetrics(register),
    ...recordMetrics([register]),
  };
}

function countsOfCalls(registers: Registry<OpenMetricsContentType>[]) {
  return {
    started: new Counter({
      name: 'voice_agent_calls_started_total',
      help: 'Calls that reached a caller',
      labelNames: ['prompt'],
      registers,
    }),
    ended: new Histogram({
      name: 'voice_agent_call_duration_seconds',
      help: 'Length of ended calls, by what ended them',
      labelNames: ['prompt', 'reason'],
      buckets: CALL_BUCKETS,
      registers,
    }),
    refusedCalls: new Counter({
      name: 'voice_agent_calls_refused_total',
      help: 'Calls that this worker did not take: offered while every slot was taken (full; another worker may have it), while its calls kept the machine too busy (overload) or while it ended (stopping), or a phone that rang meanwhile, and heard that the line is busy (phone)',
      labelNames: ['why'],
      registers,
    }),
    broke: new Counter({
      name: 'voice_agent_calls_broken_total',
      help: 'Calls that broke off, by why (host: its process ended; connection: to its room, for good; fault: of ours), and whether they go on or are given up',
      labelNames: ['why', 'outcome'],
      registers,
    }),
    resumed: new Histogram({
      name: 'voice_agent_call_resume_seconds',
      help: 'From the moment a call broke off until its caller heard the agent again; how many did is its count',
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    resumedCalls: new Counter({
      name: 'voice_agent_calls_resumed_total',
      help: 'Calls that broke off, and whose callers heard the agent again',
      registers,
    }),
    trims: new Counter({
      name: 'voice_agent_chat_trims_total',
      help: 'Times the oldest of a conversation was left out: budget (LLM_HISTORY_TOKENS) or refused (found too long by the model’s server)',
      labelNames: ['reason'],
      registers,
    }),
    holdsExpired: new Counter({
      name: 'voice_agent_holds_expired_total',
      help: 'Times the voice was held for BARGE_IN_HOLD_MS, for speech over it that brought no words',
      registers,
    }),
    cutOffs: new Counter({
      name: 'voice_agent_cut_offs_total',
      help: 'Callers who went on as the answer began: their turn had ended too early, and was taken up again',
      registers,
    }),
    detectorFailures: new Counter({
      name: 'voice_agent_detector_failures_total',
      help: 'Failures of the voice activity detector, by what came of them: restarted, or lost, which ends the call',
      labelNames: ['how'],
      registers,
    }),
  };
}

function count(metrics: ReturnType<typeof callMetrics>, fact: CallFact): void {
  switch (fact.fact) {
    case 'host-ended':
      metrics.hostEnds.inc({ end: fact.end });
      metrics.breakers.forget(fact.process);
      break;
    case 'call-over':
      metrics.callEnds.inc({ host: fact.host, how: fact.how });
      if (fact.durationMs > 0) metrics.callCores.observe({ host: fact.host }, fact.cpuMs / fact.durationMs);
      break;
    case 'call-refused':
      metrics.refusedCalls.inc({ why: fact.why });
      break;
    case 'call-broke':
      metrics.broke.inc({ why: fact.why, outcome: fact.outcome });
      break;
    case 'call-resumed':
      metrics.resumedCalls.inc();
      metrics.resumed.observe(fact.afterMs / 1000);
      break;
    case 'call-started':
      metrics.started.inc({ prompt: fact.prompt });
      metrics.deadAirs.inc({ prompt: fact.prompt }, 0);
      break;
    case 'call-ended':
      metrics.ended.observe({ prompt: fact.prompt, reason: fact.reason }, fact.durationMs / 1000);
      break;
    case 'turn':
    case 'turn-without-sound':
    case 'covered':
    case 'dead-air':
    case 'spoken':
      countTurn(metrics, fact);
      break;
    case 'chat-trimmed':
      metrics.trims.inc({ reason: fact.reason });
      break;
    case 'hold-expired':
      metrics.holdsExpired.inc();
      break;
    case 'cut-off':
      metrics.cutOffs.inc();
      break;
    case 'detector-failed':
      metrics.detectorFailures.inc({ how: fact.isLost ? 'lost' : 'restarted' });
      break;
    case 'request-made':
      countRequest(metrics, fact);
      break;
    case 'tokens-used':
      metrics.tokens.inc({ prompt: fact.prompt, kind: 'input' }, fact.input);
      metrics.tokens.inc({ prompt: fact.prompt, kind: 'cached' }, fact.cached);
      metrics.tokens.inc({ prompt: fact.prompt, kind: 'output' }, fact.output);
      break;
    case 'answers-prepared':
      metrics.answers.inc({ prompt: fact.prompt, outcome: 'used' }, fact.used);
      metrics.answers.inc({ prompt: fact.prompt, outcome: 'dropped' }, fact.dropped);
      break;
    case 'endpoint-failed':
      metrics.errors.inc({ endpoint: fact.endpoint, failure: fact.failure });
      break;
    case 'request-hedged':
      metrics.hedges.inc({ stage: fact.stage, outcome: fact.outcome });
      break;
    case 'request-failed-over':
      metrics.failovers.inc({ stage: fact.stage });
      break;
    case 'end-mark':
      metrics.endMarks.inc({ host: fact.host, mark: fact.mark });
      break;
    case 'breaker-changed':
      metrics.breakers.set(fact, fact.openness, fact.process);
      break;
    case 'media-path':
    case 'media-heard':
      countMedia(metrics, fact);
      break;
    case 'record-failed':
    case 'record-delivered':
      countRecord(metrics, fact);
      break;
    case 'transcript-dropped':
      metrics.dropped.inc({ reason: fact.reason });
      break;
    case 'input-refused':
      metrics.refused.inc({ input: fact.input, reason: fact.reason }, fact.count);
      break;
  }
}
