import type { Footprint } from './footprint.ts';
import type { LightEvent } from './light-callers.ts';
import { lineThrough, mean, percentile } from './stats.ts';

/** Callers that came within a moment, each with its times since it asked to join; `undefined`: it never came. */
export interface Burst {
  readonly withinMs: number;
  /** To the agent's track at the caller. */
  readonly agentMs: readonly (number | undefined)[];
  /** To the agent's first sound. */
  readonly greetingMs: readonly (number | undefined)[];
}

/** Cores that were busy, on the average of a step. */
export interface Cores {
  readonly worker: number;
  readonly callers: number;
  readonly sfu: number;
  readonly endpoints: number;
  /** Of the whole machine: what nobody used. */
  readonly idle: number;
  /** What programs took that are none of the bench's. */
  readonly others: number;
}

/** Turns of one kind of caller during a step. */
export interface Turns {
  /** Caller's last sound to the agent's first. */
  readonly waitsMs: readonly number[];
  readonly lost: number;
  /** Silences over 120 ms inside the agent's speech. */
  readonly gaps: number;
}

/** So many calls at once, for a while. */
export interface LoadStep {
  readonly calls: number;
  readonly measured: Turns;
  readonly light: Turns;
  /** Callers to whom no agent spoke: they wait in their rooms, cost nothing, and lose no turn. */
  readonly withoutAgent?: number;
  readonly cores: Cores;
  /** Of the worker, at the end. */
  readonly footprint: Footprint;
}

/** What one worker did under load. */
export interface LoadRun {
  readonly pipeline: 'own' | 'stock';
  readonly idle: Footprint;
  readonly burst: Burst;
  readonly steps: readonly LoadStep[];
}

/** A wait for an answer may be this many times the one of a single call. */
export const HELD_UP_TO = 1.3;

/** Whether a step kept up with the step of one call: every caller has an agent, no turn lost, p95 at most `HELD_UP_TO` times that one's. */
export function isHeld(step: LoadStep, one: LoadStep | undefined): boolean {
  const [p95, alone] = [step, one].map((each) => percentile(each?.measured.waitsMs ?? [], 0.95));
  if (p95 === undefined || alone === undefined) return false;
  const missed = step.measured.lost + step.light.lost + (step.withoutAgent ?? 0);
  return missed === 0 && p95 <= HELD_UP_TO * alone;
}

/** The most calls up to which every step was held; 0 when not even one was. */
export function callsHeld(steps: readonly LoadStep[]): number {
  const firstLost = steps.findIndex((step) => !isHeld(step, steps[0]));
  const held = firstLost < 0 ? steps : steps.slice(0, firstLost);
  return held.at(-1)?.calls ?? 0;
}

/** What one more call takes, over all steps: the slope of a line through them. */
export const perCall = (steps: readonly LoadStep[], of: (step: LoadStep) => number): number | undefined =>
  lineThrough(steps.map((step) => [step.calls, of(step)] as const))?.slope ?? perCallOfTwo(steps, of);

/** Two steps give no line with an error, and still a difference. */
function perCallOfTwo(steps: readonly LoadStep[], of: (step: LoadStep) => number): number | undefined {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last || first.calls === last.calls) return undefined;
  return (of(last) - of(first)) / (last.calls - first.calls);
}

/** Cores of the worker for each of the calls it had, the mean of all steps with several. */
export const coresPerCall = (steps: readonly LoadStep[]): number | undefined =>
  mean(steps.filter(({ calls }) => calls > 1).map(({ calls, cores }) => cores.worker / calls));

/** What light callers met during a step. */
export function turnsIn(events: readonly LightEvent[]): Turns {
  const count = (name: LightEvent['event']) => events.filter(({ event }) => event === name).length;
  return {
    waitsMs: events.flatMap(({ event, ms }) => (event === 'answered' && ms !== undefined ? ms : [])),
    lost: count('lost') + count('not greeted') + count('failed'),
    gaps: count('gap'),
  };
}

/** When each of these calls met an event, in ms since it asked to join. */
export function sinceJoining(
  events: readonly LightEvent[],
  calls: readonly string[],
  name: LightEvent['event'],
): (number | undefined)[] {
  const at = (call: string, wanted: LightEvent['event']) =>
    events.find((one) => one.call === call && one.event === wanted)?.atMs;
  return calls.map((call) => {
    const [joining, then] = [at(call, 'joining'), at(call, name)];
    return joining === undefined || then === undefined ? undefined : then - joining;
  });
}
