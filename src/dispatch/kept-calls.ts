import type { Conversation } from '../observe/conversation.ts';
import type { Clock } from '../openai/clock.ts';
import type { Persona } from '../persona/persona.ts';

/** The prompt of a call, filled for its caller: a call that goes on keeps it, whatever became of the file. */
export interface CallPrompt {
  readonly persona: Persona;
  /** Its phrases that are the same for every caller. */
  readonly fixed: readonly string[];
}

/** All that a call needs to go on elsewhere. */
export interface KeptCall {
  readonly prompt: CallPrompt;
  readonly conversation: Conversation;
}

/** A call that broke off, and what it needs to go on. */
export interface GoingOn extends KeptCall {
  /** When it broke off, in milliseconds since the epoch. */
  readonly brokeAtMs: number;
  /** That call had ended: its caller came back to another one. Otherwise its agent joins again, under the same identity. */
  readonly comesBack?: boolean;
}

export interface KeptCallsParts {
  /** `RESUME_WITHIN_MS`: how long a conversation is kept; 0 keeps none. */
  withinMs: number;
  clock: Clock;
  /** Beyond these the oldest go. */
  most?: { readonly calls: number; readonly bytes: number };
}

interface Entry {
  call: GoingOn;
  bytes: number;
  forget(): void;
}

/** A conversation has 256 kB at most, and its prompt as much as the operator wrote. */
const MOST = { calls: 200, bytes: 32 * 2 ** 20 };

/**
 * Conversations that broke off and may go on: in memory alone, each until it is taken, or its time is up.
 *
 * The key says whose it is: whoever names it is given all that was said, so it must be something that its caller alone
 * can show.
 */
export class KeptCalls {
  readonly #parts: Required<KeptCallsParts>;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(parts: KeptCallsParts) {
    this.#parts = { most: MOST, ...parts };
  }

  /** In place of what was kept under the same key. */
  keep(key: string, call: GoingOn): void {
    this.#forget(key);
    const { clock, withinMs, most } = this.#parts;
    if (withinMs === 0) return;
    const bytes = Buffer.byteLength(JSON.stringify(call));
    const forget = clock.after(withinMs, () => this.#forget(key));
    this.#entries.set(key, { call, bytes, forget });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= most.calls && this.#bytes <= most.bytes) break;
      this.#forget(oldest);
    }
  }

  /** What is kept under the key, for once: it is not kept any more. */
  take(key: string): GoingOn | undefined {
    const entry = this.#entries.get(key);
    this.#forget(key);
    return entry?.call;
  }

  get size(): number {
    return this.#entries.size;
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    entry.forget();
  }
}

/** A key for a caller whose identity in the room is proof enough: by a token that nobody else was given. */
export const keyOf = (roomName: string, identity: string): string => JSON.stringify([roomName, identity]);
