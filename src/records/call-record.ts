import type { CallEvent } from '../observe/call-events.ts';
import { DEAD_AIR_MS } from '../observe/facts.ts';
import type { RecordingState } from '../observe/recording-state.ts';

/** Events that a record is made of. */
const RECORDED = [
  'started',
  'caller-changed',
  'recording',
  'listened',
  'turn-ended',
  'said',
  'cut-off',
  'turn',
  'agent-heard',
  'agent-spoke',
  'cover-begins',
  'cover-ends',
  'dead-air',
  'turn-without-sound',
  'endpoint-failed',
  'model-answered',
  'tokens-used',
  'ended',
] as const satisfies readonly CallEvent['type'][];
export type RecordedEvent = Extract<CallEvent, { type: (typeof RECORDED)[number] }>;

export function isOfRecord(event: CallEvent): event is RecordedEvent {
  return (RECORDED as readonly string[]).includes(event.type);
}

/** One thing that was said. Times in milliseconds since the epoch. */
export interface Line {
  readonly who: 'caller' | 'agent';
  /** Of an answer that was cut off: what was heard of it. */
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly interrupted: boolean;
  /** When it entered the conversation. */
  readonly saidMs: number;
}

/** The longest that is kept of one call. */
const MOST_LINES = 10_000;
const MOST_TURNS = 10_000;
const MOST_CHARACTERS = 20_000;

type EventOf<T> = Extract<RecordedEvent, { type: T }>;

/** What one call was, from its events; those of a call that went on in another process follow one another. */
export class CallRecord {
  readonly callId: string;
  readonly lines: Line[] = [];
  readonly errors: Record<string, number> = {};
  /** Last sound of the caller → the answer begins, of each turn that was answered. */
  readonly answersMs: number[] = [];
  started: EventOf<'started'> | undefined;
  ended: EventOf<'ended'> | undefined;
  caller = '';
  parts = 0;
  turns = 0;
  interruptions = 0;
  listeners = 0;
  silentTurns = 0;
  answerCharacters = 0;
  inputTokens = 0;
  outputTokens = 0;
  longestDeadAirMs = 0;
  deadAirTurns = 0;
  callerSpokeMs = 0;
  agentSpokeMs = 0;
  lastEventMs = 0;
  consent: RecordingState | undefined;
  #turn: EventOf<'turn-ended'>['times'] | undefined;
  #heardMs: number | undefined;
  #isHeard = false;
  #cover: { text: string; fromMs: number } | undefined;
  /** Where the turn began that goes on after its answer had begun. */
  #goesOnFromMs: number | undefined;

  constructor(callId: string) {
    this.callId = callId;
  }

  /** Whether what is said now may be kept. */
  get mayKeep(): boolean {
    return this.consent === undefined || this.consent === 'allowed';
  }

  take(event: RecordedEvent): void {
    this.lastEventMs = event.atMs;
    switch (event.type) {
      case 'started':
        this.#begin(event);
        break;
      case 'caller-changed':
        this.caller = event.piiCaller;
        break;
      case 'recording':
        this.consent = event.state;
        break;
      case 'listened':
        this.listeners += 1;
        break;
      case 'tokens-used':
        this.inputTokens += event.promptTokens;
        this.outputTokens += event.completionTokens;
        break;
      case 'ended':
        this.ended = event;
        break;
      case 'cut-off':
        this.#takeBack(event.sinceMs);
        break;
      case 'turn':
        this.#answered(event);
        break;
      case 'dead-air':
        this.longestDeadAirMs = Math.max(this.longestDeadAirMs, event.longestMs);
        if (event.longestMs > DEAD_AIR_MS) this.deadAirTurns += 1;
        break;
      case 'turn-without-sound':
        this.silentTurns += 1;
        break;
      case 'endpoint-failed':
        this.errors[event.endpoint] = (this.errors[event.endpoint] ?? 0) + 1;
        break;
      case 'model-answered':
        this.answerCharacters += event.chars;
        break;
      default:
        this.#sound(event);
    }
  }

  #begin(event: EventOf<'started'>): void {
    this.started ??= event;
    this.caller = event.piiCaller;
    this.parts += 1;
    this.#isHeard = false;
    this.#heardMs = undefined;
  }

  #answered({ parts: { totalMs }, interrupted }: EventOf<'turn'>): void {
    this.turns += 1;
    if (interrupted) this.interruptions += 1;
    if (totalMs !== undefined && this.answersMs.length < MOST_TURNS) this.answersMs.push(totalMs);
  }

  #sound(
    event: EventOf<'turn-ended' | 'said' | 'agent-heard' | 'agent-spoke' | 'cover-begins' | 'cover-ends'>,
  ): void {
    if (event.type === 'turn-ended') this.#turn = event.times;
    else if (event.type === 'said') this.#said(event);
    else if (event.type === 'cover-begins')
      this.#cover = event.by === 'words' ? { text: event.piiText ?? '', fromMs: event.atMs } : undefined;
    else if (event.type === 'cover-ends') this.#covered(event.atMs + event.inMs);
    else if (event.type === 'agent-heard') {
      if (!this.#isHeard) this.#heardMs = event.atMs;
      this.#isHeard = true;
    } else {
      if (this.#isHeard) this.agentSpokeMs += event.atMs - (this.#heardMs ?? event.atMs);
      this.#isHeard = false;
    }
  }

  #said({ role, piiText: text, interrupted, createdAtMs: saidMs, atMs }: EventOf<'said'>): void {
    const rest = { text, interrupted, saidMs };
    if (role === 'user') {
      const { firstSoundAt, lastSoundAt = saidMs } = this.#turn ?? {};
      const fromMs = this.#goesOnFromMs ?? firstSoundAt ?? saidMs;
      this.#turn = undefined;
      this.#goesOnFromMs = undefined;
      this.callerSpokeMs += Math.max(0, lastSoundAt - fromMs);
      this.#add({ ...rest, who: 'caller', fromMs, toMs: Math.max(fromMs, lastSoundAt) });
    } else if (role === 'assistant') {
      const fromMs = this.#heardMs ?? saidMs;
      this.#add({ ...rest, who: 'agent', fromMs, toMs: Math.max(fromMs, atMs) });
    }
  }

  /** What was said since then is said no more: it comes again, with the rest of the turn. */
  #takeBack(sinceMs = Number.POSITIVE_INFINITY): void {
    while ((this.lines.at(-1)?.saidMs ?? 0) >= sinceMs) {
      const taken = this.lines.pop();
      if (taken?.who === 'caller') this.#goesOnFromMs = taken.fromMs;
    }
  }

  #covered(toMs: number): void {
    const cover = this.#cover;
    this.#cover = undefined;
    if (cover) this.#add({ who: 'agent', ...cover, toMs, interrupted: false, saidMs: cover.fromMs });
  }

  #add(line: Line): void {
    const text = line.text.slice(0, MOST_CHARACTERS);
    if (text === '' || !this.mayKeep || this.lines.length >= MOST_LINES) return;
    this.lines.push({ ...line, text });
  }
}
