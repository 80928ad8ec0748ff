import { Counter, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import { LATENCY_BUCKETS } from './endpoint-metrics.ts';
import { type CallFact, DEAD_AIR_MS } from './facts.ts';

const DEAD_AIR_BUCKETS = [0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 6, 10, 20];

type TurnFact = Extract<
  CallFact,
  { fact: 'turn' | 'turn-without-sound' | 'covered' | 'dead-air' | 'spoken' }
>;

/** What is counted of the turns of callers, and of the answers to them. */
export function countsOfTurns(registers: Registry<OpenMetricsContentType>[]) {
  return {
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
      labelNames: ['stage', 'prompt'],
      buckets: LATENCY_BUCKETS,
      registers,
      enableExemplars: true,
    }),
    spoken: new Counter({
      name: 'voice_agent_spoken_seconds_total',
      help: 'Audio of words, by who spoke: caller (of turns that were said) or agent (as far as it was heard)',
      labelNames: ['prompt', 'who'],
      registers,
    }),
  };
}

export function countTurn(metrics: ReturnType<typeof countsOfTurns>, fact: TurnFact): void {
  const { prompt } = fact;
  switch (fact.fact) {
    case 'turn':
      metrics.turns.inc({ prompt, interrupted: String(fact.interrupted) });
      for (const [part, valueMs] of Object.entries(fact.parts))
        metrics.stages.observe({
          labels: { stage: stageOf(part), prompt },
          value: valueMs / 1000,
          exemplarLabels: exemplarOf(fact.traceId),
        });
      break;
    case 'turn-without-sound':
      metrics.silent.inc({ prompt, reason: fact.reason });
      break;
    case 'covered':
      metrics.covers.inc({ prompt, what: fact.what, sound: fact.sound });
      break;
    case 'dead-air':
      metrics.deadAir.observe({ prompt }, fact.longestMs / 1000);
      if (fact.longestMs > DEAD_AIR_MS) metrics.deadAirs.inc({ prompt });
      break;
    case 'spoken':
      metrics.spoken.inc({ prompt, who: fact.who }, fact.ms / 1000);
      break;
  }
}

/** prom-client's types know no label of an exemplar that is none of the metric's. */
const exemplarOf = (traceId: string | undefined): Record<string, string> =>
  traceId ? { trace_id: traceId } : {};

/** `llmTtftMs` → `llm_ttft`. */
function stageOf(part: string): string {
  return part.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
