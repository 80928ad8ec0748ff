import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { countRequest, countsOfEndpoints, LATENCY_BUCKETS } from './endpoint-metrics.ts';
import { type CallFact, DEAD_AIR_MS, type Report } from './facts.ts';
import { addHostGauges, hostMetrics } from './host-metrics.ts';
import { addRecordGauges, countRecord, recordMetrics } from './record-metrics.ts';
import { addWorkerGauges, type WorkerFacts } from './worker-metrics.ts';

const DEAD_AIR_BUCKETS = [0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 6, 10, 20];
const CALL_BUCKETS = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

export interface Metrics {
  /** Counts a fact, from this process or another. */
  report: Report;
  /** The page of all metrics, in Prometheus' text format. */
  text(): Promise<string>;
  contentType: string;
}

/**
 * Every metric of the program, declared once. Durations are seconds there, as Prometheus wants them. What is rare, and has an
 * alert, is there with 0 before it happens: Prometheus sees no rise in a series that begins with 1.
 */
export function createMetrics(worker?: WorkerFacts): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'voice_agent_' });
  if (worker) addWorkerGauges(registry, worker);
  addRecordGauges(registry, () => worker?.records?.());
  addHostGauges(registry, () => worker?.hosts?.() ?? []);
  const counters = callMetrics(registry);
  for (const why of ['host', 'connection', 'fault'])
    for (const outcome of ['goes-on', 'given-up']) counters.broke.inc({ why, outcome }, 0);
  return {
    report: (fact) => count(counters, fact),
    text() {
      for (const { number } of worker?.hosts?.() ?? [])
        counters.callEnds.inc({ host: number, how: 'lost' }, 0);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function callMetrics(register: Registry) {
  return {
    ...countsOfCalls([register]),
    ...countsOfEndpoints([register]),
    ...hostMetrics(register),
    ...recordMetrics([register]),
  };
}

function countsOfCalls(registers: Registry[]) {
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
    turns: new Counter({
      name: 'voice_agent_turns_total',
      help: 'Turns of callers that were answered',
      labelNames: ['prompt', 'interrupted'],
      registers,
    }),
    silent: new Counter({
      name: 'voice_agent_turns_without_sound_total',
      help: 'Turns of callers after which nothing was heard, though they neither went on nor left, by cause',
      labelNames: ['prompt', 'reason'],
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
    covers: new Counter({
      name: 'voice_agent_covers_total',
      help: 'Fillers and apologies that callers heard while an answer did not come, as words or, where there was no sound of them, a tone',
      labelNames: ['prompt', 'what', 'sound'],
      registers,
    }),
    deadAir: new Histogram({
      name: 'voice_agent_dead_air_seconds',
      help: 'Longest time without any sound of the agent from the end of a turn until its answer or apology',
      labelNames: ['prompt'],
      buckets: DEAD_AIR_BUCKETS,
      registers,
    }),
    deadAirs: new Counter({
      name: 'voice_agent_dead_air_turns_total',
      help: 'Turns of callers in which it was longer than 3 s',
      labelNames: ['prompt'],
      registers,
    }),
    stages: new Histogram({
      name: 'voice_agent_turn_stage_seconds',
      help: 'Where the time of a turn went: pause, stt, hold, llm_ttft, clause, tts_ttfb, ready add up to total; endpointing overlaps them',
      labelNames: ['stage'],
      buckets: LATENCY_BUCKETS,
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
      metrics.turns.inc({ prompt: fact.prompt, interrupted: String(fact.interrupted) });
      for (const [part, valueMs] of Object.entries(fact.parts)) {
        metrics.stages.observe({ stage: stageOf(part) }, valueMs / 1000);
      }
      break;
    case 'turn-without-sound':
      metrics.silent.inc({ prompt: fact.prompt, reason: fact.reason });
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
    case 'covered':
      metrics.covers.inc({ prompt: fact.prompt, what: fact.what, sound: fact.sound });
      break;
    case 'dead-air':
      metrics.deadAir.observe({ prompt: fact.prompt }, fact.longestMs / 1000);
      if (fact.longestMs > DEAD_AIR_MS) metrics.deadAirs.inc({ prompt: fact.prompt });
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
    case 'breaker-changed':
      metrics.breakers.set(fact, fact.openness, fact.process);
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

/** `llmTtftMs` → `llm_ttft`. */
function stageOf(part: string): string {
  return part.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
