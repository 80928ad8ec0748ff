import type { LiveFact, LiveTurn, Stage } from './live-call.ts';

/** Past turns of a call that are shown. */
const TURNS = 20;
/** Beyond that the oldest are forgotten: those that ended are only found when somebody looks. */
const MOST_CALLS = 1000;

/** A running call, as its operators see it. */
export interface LiveCall {
  readonly stage: Stage;
  /** Since when, in milliseconds since the epoch; not given before the first change. */
  readonly stageSinceMs?: number;
  readonly prompt?: string;
  readonly via?: 'web' | 'sip';
  /** Answered so far. */
  readonly turns: number;
  /** The last of them, oldest first. */
  readonly lastTurns: readonly LiveTurn[];
}

const JOINING: LiveCall = { stage: 'joining', turns: 0, lastTurns: [] };

/** What host processes tell of running calls. */
export class CallBoard {
  readonly #calls = new Map<string, LiveCall>();

  told(jobId: string, fact: LiveFact): void {
    const call = this.#calls.get(jobId) ?? JOINING;
    this.#calls.set(jobId, after(call, fact));
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MOST_CALLS && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** The calls with these ids, which are all that run: others are forgotten. */
  of(jobIds: readonly string[]): LiveCall[] {
    const running = new Set(jobIds);
    for (const jobId of this.#calls.keys()) if (!running.has(jobId)) this.#calls.delete(jobId);
    return jobIds.map((jobId) => this.#calls.get(jobId) ?? JOINING);
  }
}

function after(call: LiveCall, fact: LiveFact): LiveCall {
  if (fact.live === 'started') return { ...call, prompt: fact.prompt, via: fact.via };
  if (fact.live === 'stage') return { ...call, stage: fact.stage, stageSinceMs: fact.atMs };
  const { live: _, ...turn } = fact;
  return { ...call, turns: turn.turn, lastTurns: [...call.lastTurns, turn].slice(-TURNS) };
}
