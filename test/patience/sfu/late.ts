import type { TurnResult } from '../../../src/bench/results.ts';
import type { Scored } from '../score.ts';
import { outcomesOf } from './agreement.ts';

/** In a call later than by the clock by more than this: more than what the transport and timers of a machine add. */
const LATE_MS = 150;

/** Answers that came much later in calls than by the clock, with each step in ms after the caller's last sound; latest first. */
export function lateOnes(
  inCalls: readonly Scored[],
  byClock: readonly Scored[],
  turns: readonly TurnResult[],
): string[] {
  const clock = outcomesOf(byClock);
  const results = new Map(turns.map((turn) => [turn.utterance, turn]));
  return inCalls
    .filter(({ one, outcome }) => {
      const other = clock.get(one.id);
      if (outcome.cutOff || outcome.isUnanswered || other?.cutOff) return false;
      return !(outcome.delayMs <= (other?.delayMs ?? Number.NaN) + LATE_MS);
    })
    .sort((a, b) => b.outcome.delayMs - a.outcome.delayMs)
    .map(({ one, outcome }) => {
      const turn = results.get(one.id);
      const by = clock.get(one.id)?.delayMs;
      const what = `${one.id} (${one.engine}, ${one.language}, ${one.condition}, pause ${Math.round(one.pauseMs)})`;
      const heard = `${Math.round(outcome.delayMs)} ms in the call, ${Math.round(by ?? Number.NaN)} by the clock`;
      const steps = Object.entries({ ...turn?.stages }).map(([name, ms]) => `${name} ${Math.round(ms)}`);
      const own = Object.entries({ ...turn?.record }).map(([name, ms]) => `${name} ${Math.round(ms)}`);
      const told = turn?.events.map(({ type }) => type) ?? [];
      return `${what}: ${heard}; ${turn?.transcripts.length ?? 0} transcriptions; ${steps.join(', ')}; the worker: ${own.join(', ')}; told: ${told.join(', ')}`;
    });
}
