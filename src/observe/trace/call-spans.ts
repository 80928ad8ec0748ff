import type { CallEvent, Subscriber } from '../call-events.ts';
import { notesOf } from './notes.ts';
import { OpenTurn, type TurnEnd } from './open-turn.ts';
import { type RequestEvent, requestSpan, type Tokens } from './request-span.ts';
import type { SpanSink } from './span.ts';

/** Answers whose tokens or late requests are still of interest. */
const REMEMBERED = 32;

/**
 * Makes spans of a call's events: one for each turn, with what the caller waited for and the requests that were made. The
 * call's own span is the sink's, which also ends it.
 *
 * @param callSpanId - the parent of them all.
 */
export function traceCall(sink: SpanSink, callSpanId: string): Subscriber {
  const spans = new CallSpans(sink, callSpanId);
  return (event) => spans.take(event);
}

class CallSpans {
  readonly #sink: SpanSink;
  readonly #callSpanId: string;
  readonly #tokens = new Map<number, Tokens>();
  /** By the answer that was heard. */
  readonly #past = new Map<number, OpenTurn>();
  #turn = new OpenTurn();
  #attempt: number | undefined;

  constructor(sink: SpanSink, callSpanId: string) {
    this.#sink = sink;
    this.#callSpanId = callSpanId;
  }

  take(event: CallEvent): void {
    const note = notesOf(event);
    if (note) this.#turn.note(note.name, event.atMs, note.attributes);
    switch (event.type) {
      case 'mark':
        if (event.mark === 'asked') this.#attempt = event.attempt;
        break;
      case 'answer-awaited':
        this.#turn.awaited(event.sinceMs, event.endedAtMs);
        break;
      case 'agent-heard':
        this.#turn.heard(event.atMs, this.#attempt);
        break;
      case 'tokens-used':
        remember(this.#tokens, event.attempt, event);
        break;
      case 'request':
        this.#add(event);
        break;
      case 'turn':
        this.#close(event);
        break;
      case 'turn-without-sound':
        this.#close({ type: 'unheard', reason: event.reason, atMs: event.atMs });
        break;
      case 'ended':
        this.#end(event.atMs);
    }
  }

  #add(request: RequestEvent): void {
    const past = request.attempt === undefined ? undefined : this.#past.get(request.attempt);
    if (past) this.#sink.put(past.spanOf(request, this.#tokens));
    else this.#turn.add(request);
  }

  #close(end: TurnEnd): void {
    const turn = this.#turn;
    const later = turn.takeLater();
    for (const span of turn.spans(end, this.#callSpanId, this.#tokens)) this.#sink.put(span);
    if (turn.attempt !== undefined) remember(this.#past, turn.attempt, turn);
    this.#turn = new OpenTurn();
    for (const request of later) this.#turn.add(request);
  }

  #end(atMs: number): void {
    if (this.#turn.isAwaited) this.#close({ type: 'unheard', reason: 'the call is over', atMs });
    const parentId = this.#callSpanId;
    for (const request of this.#turn.takeAll())
      this.#sink.put(requestSpan({ request, parentId, result: resultOf(request), isSpeculative: false }));
  }
}

/** Of no turn: the greeting’s, or what was prepared in vain. */
function resultOf({ outcome }: RequestEvent) {
  return outcome === 'answered' ? 'used' : outcome === 'failed' ? 'failed' : 'dropped';
}

function remember<T>(map: Map<number, T>, attempt: number, value: T): void {
  map.set(attempt, value);
  for (const key of map.keys()) {
    if (map.size <= REMEMBERED) break;
    map.delete(key);
  }
}
