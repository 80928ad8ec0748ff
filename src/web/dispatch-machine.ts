import type { Lines } from '../observe/lines.ts';

/** What the caller is told while an agent is awaited. */
export type AgentState =
  | 'waiting-for-caller'
  | 'waiting'
  | 'asking-again'
  | 'busy'
  | 'joined'
  | 'unavailable';

/** One look into a room. */
export interface Sight {
  callerPresent: boolean;
  /** `starting`: a worker took the job, but its agent is not in the room yet. */
  agent: 'absent' | 'starting' | 'present';
  /** Whether somebody could answer; default unknown. */
  lines?: Lines;
}

export interface Progress {
  readonly state: AgentState;
  /** How often an agent was asked for again. */
  readonly attempts: number;
  /** When the next request is due; only while a caller waits. */
  readonly askAtMs: number | undefined;
  /** Whether no worker was registered at the last look. */
  readonly isWithoutWorker?: boolean;
}

export interface Step {
  after: Progress;
  /** The agent must be dispatched again now. */
  ask: boolean;
}

/** Waits before each request; the last one repeats. LiveKit's own dispatch needs well under a second. */
const ASK_DELAYS_MS = [3000, 5000, 8000, 13_000, 21_000, 34_000, 60_000] as const;

/** After this many requests the caller is told that nobody answers; the requests go on. */
const UNAVAILABLE_AFTER = 3;

export const atStart: Progress = { state: 'waiting-for-caller', attempts: 0, askAtMs: undefined };

/**
 * One step of the wait for an agent: from what was known and what is seen now, to what is known and whether to ask
 * again. Pure; time comes in as an argument.
 *
 * @param canAsk - false with automatic dispatch, where no request can be made by name.
 */
export function observe(before: Progress, sight: Sight, nowMs: number, canAsk: boolean): Step {
  if (!sight.callerPresent) return { after: atStart, ask: false };
  if (sight.agent === 'present')
    return { after: { ...before, state: 'joined', askAtMs: undefined }, ask: false };
  if (before.askAtMs === undefined) {
    // An agent that was there and left is missed anew.
    const attempts = before.state === 'joined' ? 0 : before.attempts;
    return { after: { state: 'waiting', attempts, askAtMs: nowMs + delayMs(attempts) }, ask: false };
  }
  if (sight.agent === 'starting') return { after: before, ask: false };
  const areBusy = sight.lines === 'busy';
  const isWithoutWorker = sight.lines === 'none';
  const isLineFree =
    (before.state === 'busy' && !areBusy) || (before.isWithoutWorker && sight.lines === 'free');
  if (nowMs < before.askAtMs && !isLineFree) return { after: { ...before, isWithoutWorker }, ask: false };
  const attempts = before.attempts + 1;
  const isHopeless = attempts >= UNAVAILABLE_AFTER || !canAsk || isWithoutWorker;
  const state = areBusy ? 'busy' : isHopeless ? 'unavailable' : 'asking-again';
  return {
    after: { state, attempts: canAsk ? attempts : 0, askAtMs: nowMs + delayMs(attempts), isWithoutWorker },
    ask: canAsk,
  };
}

/** A worker has registered: a caller whom the next look finds without an agent is asked for at once. */
export function workerCame({ state, attempts }: Progress, nowMs: number): Progress {
  const isWaiting = state !== 'joined' && state !== 'waiting-for-caller';
  return { state: isWaiting ? state : 'waiting', attempts: isWaiting ? attempts : 0, askAtMs: nowMs };
}

function delayMs(attempts: number): number {
  return ASK_DELAYS_MS[Math.min(attempts, ASK_DELAYS_MS.length - 1)] ?? 0;
}
