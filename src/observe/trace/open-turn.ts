import type { CallEvent, PartsMs } from '../call-events.ts';
import { newSpanId } from './ids.ts';
import { type RequestEvent, type Result, requestSpan, type Tokens } from './request-span.ts';
import type { Attributes, Span, SpanEvent } from './span.ts';
import { pathOf } from './turn-path.ts';

/** Beyond that a turn has none: a server that fails fast is asked without end. */
const MOST_REQUESTS = 100;
const MOST_EVENTS = 50;

export type TurnEnd =
  | Extract<CallEvent, { type: 'turn' }>
  /** Nothing was heard. */
  | { readonly type: 'unheard'; readonly reason: string; readonly atMs: number };

/** A turn of the caller from their last sound on, as its spans; before the first one and after the last, what belongs to none. */
export class OpenTurn {
  readonly spanId = newSpanId();
  /** Of the answer that was heard. */
  attempt: number | undefined;
  #startMs: number | undefined;
  #overMs: number | undefined;
  #heardMs: number | undefined;
  readonly #requests: RequestEvent[] = [];
  readonly #events: SpanEvent[] = [];

  awaited(sinceMs: number, overMs: number | undefined): void {
    this.#startMs = sinceMs;
    this.#overMs = overMs;
  }

  heard(atMs: number, attempt: number | undefined): void {
    if (this.#startMs === undefined || this.#heardMs !== undefined) return;
    this.#heardMs = atMs;
    this.attempt = attempt;
  }

  get isAwaited(): boolean {
    return this.#startMs !== undefined;
  }

  add(request: RequestEvent): void {
    if (this.#requests.length < MOST_REQUESTS) this.#requests.push(request);
  }

  note(name: string, atMs: number, attributes?: Attributes): void {
    if (this.#events.length < MOST_EVENTS) this.#events.push({ name, atMs, attributes });
  }

  /** Requests for what comes after this turn; they are not its own any more. */
  takeLater(): RequestEvent[] {
    const heardMs = this.#heardMs;
    if (heardMs === undefined) return [];
    const later = this.#requests.filter(
      ({ sentAtMs, attempt }) => sentAtMs > heardMs && (attempt === undefined || attempt !== this.attempt),
    );
    for (const request of later) this.#requests.splice(this.#requests.indexOf(request), 1);
    return later;
  }

  takeAll(): RequestEvent[] {
    return this.#requests.splice(0);
  }

  /** @param parentId - the call's span. */
  spans(end: TurnEnd, parentId: string, tokens: ReadonlyMap<number, Tokens>): Span[] {
    const totalMs = end.type === 'turn' ? (end.parts.totalMs ?? 0) : 0;
    const startMs = this.#startMs ?? (this.#heardMs ?? end.atMs) - totalMs;
    const heardMs = totalMs > 0 ? startMs + totalMs : (this.#heardMs ?? end.atMs);
    const turn: Span = {
      ...{ name: 'turn', spanId: this.spanId, parentId, startMs, endMs: heardMs },
      attributes: attributesOf(end),
      events: this.#events,
      ...(end.type === 'unheard' && { error: end.reason }),
    };
    const requests = this.#requests.map((request) => this.spanOf(request, tokens));
    if (end.type === 'unheard') return [turn, ...requests];
    const path = pathOf({ parentId: this.spanId, startMs, totalMs: heardMs - startMs, parts: end.parts });
    const speech = {
      name: 'speech',
      parentId: this.spanId,
      startMs: heardMs,
      endMs: Math.max(heardMs, end.atMs),
    };
    const beside = { 'voice_agent.critical_path': false, 'voice_agent.interrupted': end.interrupted };
    return [turn, ...path, ...requests, { ...speech, attributes: beside }];
  }

  spanOf(request: RequestEvent, tokens: ReadonlyMap<number, Tokens>): Span {
    const { attempt, endpoint, sentAtMs } = request;
    return requestSpan({
      ...{ request, parentId: this.spanId, result: this.#resultOf(request) },
      isSpeculative: endpoint !== 'stt' && this.#overMs !== undefined && sentAtMs < this.#overMs,
      tokens: attempt === undefined ? undefined : tokens.get(attempt),
    });
  }

  /** An answer that was cut off while it was heard was used as far as that. */
  #resultOf({ endpoint, outcome, attempt, firstByteAtMs, kind }: RequestEvent): Result {
    if (outcome === 'failed') return 'failed';
    if (endpoint === 'stt') return outcome === 'answered' ? 'used' : 'dropped';
    if (this.#heardMs === undefined || attempt !== this.attempt || kind === 'probe') return 'dropped';
    if (outcome === 'answered') return 'used';
    return firstByteAtMs !== undefined && !this.#hasAnswered(endpoint, attempt) ? 'used' : 'dropped';
  }

  #hasAnswered(endpoint: RequestEvent['endpoint'], attempt: number | undefined): boolean {
    return this.#requests.some(
      (other) => other.endpoint === endpoint && other.attempt === attempt && other.outcome === 'answered',
    );
  }
}

function attributesOf(end: TurnEnd): Attributes {
  if (end.type === 'unheard') return { 'voice_agent.outcome': end.reason };
  return {
    'voice_agent.outcome': 'answered',
    'voice_agent.turn': end.turn,
    'voice_agent.interrupted': end.interrupted,
    ...partAttributes(end.parts),
  };
}

/** As in the log. */
function partAttributes(parts: PartsMs): Attributes {
  return Object.fromEntries(Object.entries(parts).map(([name, ms]) => [`voice_agent.${name}`, ms]));
}
