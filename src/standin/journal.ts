import type { Fault, Route } from './faults.ts';
import type { ChatDetails } from './llm.ts';
import type { TranscriptionDetails } from './stt.ts';
import type { SpeechDetails } from './tts.ts';

/** What the journal keeps of a WebSocket. */
export interface RealtimeDetails {
  model: string;
  /** All that was appended. */
  audioMs: number;
  commits: number;
}

/** What each route remembers of a request and its answer. */
export interface DetailsByRoute {
  stt: TranscriptionDetails;
  llm: ChatDetails;
  tts: SpeechDetails;
  models: Record<string, never>;
  realtime: RealtimeDetails;
}

export interface Entry<R extends Route = Route> {
  /** Counts up over all routes: the order of arrival. */
  id: number;
  route: R;
  /** Arrival, as `Date.now()`. */
  atMs: number;
  /** From arrival to the first byte of the answer's body; missing where none was sent. */
  firstByteMs?: number;
  /** From arrival to the end of the answer; missing while pending. */
  durationMs?: number;
  /** `aborted`: the client left first. `refused`: a bad request. `faulted`: the planned fault answered or cut it. */
  outcome: 'pending' | 'answered' | 'refused' | 'faulted' | 'aborted' | 'failed';
  fault?: Fault;
  /** Missing until the request was read and understood. */
  details?: DetailsByRoute[R];
}

export type Counts = Record<Entry['outcome'] | 'total', number>;

export interface OpenEntry<R extends Route = Route> {
  entry: Entry<R>;
  close(outcome: Exclude<Entry['outcome'], 'pending'>): void;
}

const KEPT = 1000;

/** The last requests, and counts of all of them. */
export class Journal {
  #entries: Entry[] = [];
  #counts = new Map<Route, Counts>();
  #nextId = 1;

  open<R extends Route>(route: R, fault: Fault | undefined): OpenEntry<R> {
    const entry: Entry<R> = { id: this.#nextId++, route, atMs: Date.now(), outcome: 'pending' };
    if (fault) entry.fault = fault;
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries.shift();
    const counts = this.#countsOf(route);
    counts.total += 1;
    counts.pending += 1;
    const close: OpenEntry['close'] = (outcome) => {
      entry.outcome = outcome;
      entry.durationMs = Date.now() - entry.atMs;
      counts.pending -= 1;
      counts[outcome] += 1;
    };
    return { entry, close };
  }

  /** Oldest first; at most the last 1000 of all routes. */
  entries<R extends Route = Route>(route?: R): Entry<R>[] {
    const ofRoute = (entry: Entry): entry is Entry<R> => route === undefined || entry.route === route;
    return this.#entries.filter(ofRoute);
  }

  counts(route: Route): Counts {
    return { ...this.#countsOf(route) };
  }

  /** Forgets all; requests still open are counted no more. */
  clear(): void {
    this.#entries = [];
    this.#counts.clear();
  }

  #countsOf(route: Route): Counts {
    const counts = this.#counts.get(route) ?? {
      total: 0,
      pending: 0,
      answered: 0,
      refused: 0,
      faulted: 0,
      aborted: 0,
      failed: 0,
    };
    this.#counts.set(route, counts);
    return counts;
  }
}
