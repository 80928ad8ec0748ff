import type { CallEvent } from './call-events.ts';
import type { RecordingState } from './recording-state.ts';

/** What one side said, as it stands in the conversation. Of an answer that was cut off: what was heard of it. */
export interface Said {
  readonly role: 'user' | 'assistant';
  readonly piiText: string;
  readonly interrupted: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** A call's conversation so far, as plain JSON. It is kept in memory alone, and never logged. */
export interface Conversation {
  /** Who is served: the identity of a token, or a phone's number and trunk (`call/caller.ts`). */
  readonly piiCaller: string;
  /** When the agent first listened, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Turns of the caller that were answered. */
  readonly turns: number;
  /** The oldest first. */
  readonly said: readonly Said[];
  /** Whether it may be kept, where that was asked or told. */
  readonly recording?: RecordingState | undefined;
  /** Name of the question whose answer the caller was about to type, or has begun to: what it keeps secret stays so. */
  readonly question?: string | undefined;
  /** What was typed for questions that keep no secret, by their names: a transfer may pass it on. */
  readonly piiTyped?: Readonly<Record<string, string>> | undefined;
}

/** Events that a conversation is made of. */
export type ConversationEvent = Extract<CallEvent, { type: (typeof TYPES)[number] }>;

const TYPES = [
  ...(['started', 'caller-changed', 'said', 'cut-off', 'turn', 'recording'] as const),
  ...(['digits-asked', 'digits-typed'] as const),
] as const;

export function isOfConversation(event: CallEvent): event is ConversationEvent {
  return TYPES.some((type) => type === event.type);
}

export interface ConversationBounds {
  readonly messages: number;
  /** Of their texts, in UTF-8. */
  readonly bytes: number;
}

/** 200 turns: a question and an answer each. */
const BOUNDS: ConversationBounds = { messages: 400, bytes: 256 * 1024 };

/** Collects a call's conversation from its events. Beyond the bounds the oldest messages go. */
export class ConversationRecord {
  readonly #bounds: ConversationBounds;
  readonly #said: Said[] = [];
  #bytes = 0;
  #caller: string | undefined;
  #startedAtMs = 0;
  #turns = 0;
  #recording: RecordingState | undefined;
  #question: string | undefined;
  readonly #typed = new Map<string, string>();
  /** Since when this caller is served: an answer to the one before may end later. */
  #sinceMs = 0;

  constructor(bounds: ConversationBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** Goes on from what was said in another call. */
  restore({ piiCaller, startedAtMs, turns, said, recording, question, piiTyped = {} }: Conversation): void {
    this.#begin(startedAtMs);
    this.#caller = piiCaller;
    this.#recording = recording;
    this.#question = question;
    for (const [name, digits] of Object.entries(piiTyped)) this.#typed.set(name, digits);
    this.#turns = turns;
    this.#said.push(...said);
    for (const { piiText } of said) this.#bytes += Buffer.byteLength(piiText);
  }

  /** A call that goes on starts again, with the words so far; one that starts anew, for another caller, has none yet. */
  take(event: ConversationEvent): void {
    if (event.type === 'started') {
      if (!event.goesOn && !event.comesBack) this.#begin(event.atMs);
      this.#caller = event.piiCaller;
    } else if (event.type === 'caller-changed') this.#change(event.piiCaller, event.atMs);
    else if (event.type === 'turn') this.#turns += 1;
    else if (event.type === 'cut-off') this.#takeBack(event.sinceMs);
    else if (event.type === 'recording') this.#recording = event.state;
    else if (event.type === 'digits-asked') this.#question = event.question;
    else if (event.type === 'digits-typed') this.#answered(event);
    else this.#add(event);
  }

  /** `undefined` until the agent listened for the first time. */
  get(): Conversation | undefined {
    const piiCaller = this.#caller;
    if (piiCaller === undefined) return undefined;
    return {
      ...{ piiCaller, startedAtMs: this.#startedAtMs, turns: this.#turns, said: [...this.#said] },
      ...(this.#recording && { recording: this.#recording }),
      ...(this.#question !== undefined && { question: this.#question }),
      ...(this.#typed.size > 0 && { piiTyped: Object.fromEntries(this.#typed) }),
    };
  }

  #begin(atMs: number): void {
    this.#startedAtMs = atMs;
    this.#recording = undefined;
    this.#forgetKeys();
    this.#turns = 0;
    this.#forget();
  }

  /** Nobody is told what others said. */
  #change(caller: string, atMs: number): void {
    this.#forgetKeys();
    if (caller === this.#caller) return;
    this.#caller = caller;
    this.#sinceMs = atMs;
    this.#forget();
  }

  #answered({ question, piiDigits }: Extract<ConversationEvent, { type: 'digits-typed' }>): void {
    this.#question = undefined;
    if (question !== undefined && piiDigits !== undefined) this.#typed.set(question, piiDigits);
  }

  #forgetKeys(): void {
    this.#question = undefined;
    this.#typed.clear();
  }

  #forget(): void {
    this.#said.length = 0;
    this.#bytes = 0;
  }

  #takeBack(sinceMs = Number.POSITIVE_INFINITY): void {
    while ((this.#said.at(-1)?.createdAtMs ?? 0) >= sinceMs) {
      const taken = this.#said.pop();
      this.#bytes -= Buffer.byteLength(taken?.piiText ?? '');
    }
  }

  #add({ role, piiText, interrupted, createdAtMs }: Extract<ConversationEvent, { type: 'said' }>): void {
    if ((role !== 'user' && role !== 'assistant') || piiText === '') return;
    if (createdAtMs < this.#sinceMs) return;
    this.#said.push({ role, piiText, interrupted, createdAtMs });
    this.#bytes += Buffer.byteLength(piiText);
    while (this.#said.length > this.#bounds.messages || this.#bytes > this.#bounds.bytes) {
      const oldest = this.#said.shift();
      this.#bytes -= Buffer.byteLength(oldest?.piiText ?? '');
    }
  }
}
