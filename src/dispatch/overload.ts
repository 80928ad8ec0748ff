import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';

/** What is asked of a host process: calls in it, and how busy it is. */
interface Host {
  readonly calls: number;
  readonly usage: { readonly busy: number };
}

export interface OverloadParts {
  /** Share from which the worker is overloaded; 1: never. */
  at: number;
  clock: Clock;
  log: Log;
  onChange(): void;
}

/** A burst of callers, or a process that loads, keeps all processors busy for seconds, and is no reason to refuse anybody. */
const MEMORY_MS = 5000;
/** Less busy than the limit by so much before calls are taken again: a worker that went back and forth would tell LiveKit each time. */
const BELOW = 0.15;

/**
 * Whether the calls that run keep the machine so busy that a further one would spoil all of them. The sign is how much of the time the
 * event loops of processes with calls are busy, computing or waiting for a processor to: of two cores with callers and livekit-server on
 * them (28 Nov 2026) they were for 0.11 of it with one call, 0.3–0.6 with six, 0.55–0.8 with eight (answers 1.4 times as late) and
 * 0.8–1 with ten (2.8 times, and turns were lost). It holds for whatever takes the processors: own calls, a neighbour, a pod's limit.
 */
export class Overload {
  readonly #parts: OverloadParts;
  #busy = 0;
  #isOver = false;
  #heardMs: number;

  constructor(parts: OverloadParts) {
    this.#parts = parts;
    this.#heardMs = parts.clock.now();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** One of them has told anew how busy it is. */
  heard(hosts: readonly Host[]): void {
    const { at, clock, log, onChange } = this.#parts;
    const elapsedMs = clock.now() - this.#heardMs;
    this.#heardMs = clock.now();
    this.#busy += (busyOf(hosts) - this.#busy) * (1 - Math.exp(-elapsedMs / MEMORY_MS));
    const isOver = at < 1 && this.#busy >= (this.#isOver ? at - BELOW : at);
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    const fields = { busy: Math.round(100 * this.#busy) / 100, OVERLOAD_AT: at, calls: callsOf(hosts) };
    if (isOver) log.warn(fields, 'overloaded: no call is taken until those that run leave more time');
    else log.info(fields, 'no longer overloaded: calls are taken');
    onChange();
  }
}

/** A call in a process that is busy counts, not a process that has none. */
function busyOf(hosts: readonly Host[]): number {
  return hosts.reduce((sum, host) => sum + host.calls * host.usage.busy, 0) / Math.max(1, callsOf(hosts));
}

const callsOf = (hosts: readonly Host[]): number => hosts.reduce((sum, host) => sum + host.calls, 0);
