import type { ChatAsk } from '../openai/chat-body.ts';

/** Said by the user's role, as some templates take no other there (`openai/chat-messages.ts`). */
const GO_ON =
  '(The line broke in the middle of your answer. Go on with it exactly where it ends, in the same language. Write only what comes next, and repeat nothing.)';
const FOLLOWS_DIRECTLY = /^[\s,.;:!?…)\]}»”’'%–—-]|^\p{Script=Han}/u;
const ENDS_OPEN = /(?:[\s(«“‘–—-]|\p{Script=Han})$/u;
/** Of what was said, where a model may begin again: its beginning, and that of its last sentence. */
const SENTENCE_END = /[.!?…。！？]\s*/gu;

/** The same question for another model, which is to go on after what was said already. */
export function continued(ask: ChatAsk, said: string): ChatAsk {
  const messages = [...ask.messages, { role: 'assistant', content: said }, { role: 'user', content: GO_ON }];
  return { ...ask, messages };
}

/** Makes of the answer to `continued` what follows on `said`: without what it repeats of it, with a space between where it belongs. */
export class Continuation {
  readonly #said: string;
  /** Ends of `said` that the answer may be repeating. */
  #repeated: readonly string[];
  #held = '';
  #isOpen = false;
  #hasBegun = false;

  constructor(said: string) {
    this.#said = said;
    const whole = said.trim().toLowerCase();
    const ends = [...whole.matchAll(SENTENCE_END)].map(({ index, 0: end }) => index + end.length);
    const lastAt = ends.findLast((at) => at < whole.length) ?? 0;
    this.#repeated = [...new Set([whole, whole.slice(lastAt)])].filter((text) => text !== '');
  }

  /** @returns what is certainly new; each character is compared once. */
  push(text: string): string {
    if (this.#isOpen) return this.#joined(text);
    const at = this.#held.length;
    this.#held = at === 0 ? text.trimStart() : this.#held + text;
    const more = this.#held.slice(at).toLowerCase();
    const still = this.#repeated.filter((known) => agrees(known, more, at));
    const repeated = still.find((known) => known.length <= this.#held.length);
    this.#repeated = still;
    if (this.#held === '' || (still.length > 0 && repeated === undefined)) return '';
    return this.#open(repeated?.length ?? 0);
  }

  /** The answer is complete: what it only began to repeat was that, or is all that it says. */
  end(): string {
    return this.#isOpen || this.#repeated.length > 0 ? '' : this.#open(0);
  }

  #open(from: number): string {
    this.#isOpen = true;
    return this.#joined(this.#held.slice(from));
  }

  #joined(text: string): string {
    if (this.#hasBegun || text === '') return text;
    const isOpen = ENDS_OPEN.test(this.#said);
    const rest = isOpen ? text.trimStart() : text;
    this.#hasBegun = rest !== '';
    return isOpen || FOLLOWS_DIRECTLY.test(rest) ? rest : ` ${rest}`;
  }
}

/** Whether `more`, which comes after `at` characters that agreed, agrees with `known` as far as both go. */
function agrees(known: string, more: string, at: number): boolean {
  const length = Math.min(more.length, Math.max(0, known.length - at));
  return known.slice(at, at + length) === more.slice(0, length);
}
