import type { Clock } from '../openai/clock.ts';
import { type KeyAction, type Keypad, MOST_DIGITS, PAUSE_MS } from '../persona/keypad-matter.ts';

/** What was typed, whole. */
export interface Typed {
  /** 0 to 9 and `*`, without the `#` that ended them. */
  readonly digits: string;
  /** The question that they answer. */
  readonly question: string | undefined;
  readonly isSecret: boolean;
}

export interface KeypadParts {
  keypad: Keypad | undefined;
  clock: Clock;
  /** A key of the menu. */
  onKey(action: KeyAction): void;
  onTyped(typed: Typed): void;
}

/** The sound of a key may come after the news of it. */
const TAIL_MS = 1000;
const NOTHING: Keypad = { menu: {}, questions: {} };

/**
 * What the keys of the telephone mean. After a question was put, all are its answer; else one that the menu has acts at once, and
 * any other begins a number. A number ends with `#`, with a pause, or when it is as long as it may be.
 */
export class KeypadReader {
  readonly #parts: KeypadParts;
  readonly #answers = new Map<string, string>();
  #asked: string | undefined;
  #typed = '';
  #secretUntilMs = Number.NEGATIVE_INFINITY;
  #stopWaiting = () => {};

  constructor(parts: KeypadParts) {
    this.#parts = parts;
  }

  /** The keys from now on answer this question; does nothing where the prompt has none of that name. */
  ask(question: string): void {
    if (!Object.hasOwn(this.#keypad.questions, question)) return;
    this.#forgetTyped();
    this.#asked = question;
  }

  /** What was typed before, where the call goes on, by question; then `ask` the one that is open. */
  restore(typed: Readonly<Record<string, string>>): void {
    for (const [question, digits] of Object.entries(typed)) this.#answers.set(question, digits);
  }

  /** Whether what is typed, and how it sounds, may be kept nowhere. */
  get isSecret(): boolean {
    return this.#question?.secret === true || this.#parts.clock.now() < this.#secretUntilMs;
  }

  /** Whether the caller is just typing it, or the last of its tones may still be on its way. */
  get isTypingSecret(): boolean {
    return this.isSecret && (this.#question === undefined || this.isTyping);
  }

  /** Whether a number has been begun. */
  get isTyping(): boolean {
    return this.#typed !== '';
  }

  /** What was typed so far for questions with a header, by the header's name. */
  get headers(): Record<string, string> {
    const { questions } = this.#keypad;
    return Object.fromEntries(
      [...this.#answers].flatMap(([name, digits]) => {
        const header = questions[name]?.header;
        return header ? [[header, digits]] : [];
      }),
    );
  }

  /** @param key - `0` to `9`, `*` or `#`. */
  press(key: string): void {
    const action = this.#asked === undefined && !this.isTyping ? this.#keypad.menu[key] : undefined;
    if (action) this.#parts.onKey(action);
    else if (key === '#') this.#end();
    else this.#add(key);
  }

  /** Somebody else is served: nothing of what was typed is theirs. */
  reset(): void {
    this.#forgetTyped();
    this.#asked = undefined;
    this.#answers.clear();
  }

  #add(key: string): void {
    const { digits = MOST_DIGITS, pauseMs = PAUSE_MS } = this.#question ?? {};
    this.#typed += key;
    this.#stopWaiting();
    if (this.#typed.length >= digits) this.#end();
    else this.#stopWaiting = this.#parts.clock.after(pauseMs, () => this.#end());
  }

  #end(): void {
    if (!this.isTyping) return;
    const isSecret = this.#question?.secret === true;
    const typed: Typed = { digits: this.#typed, question: this.#asked, isSecret };
    if (isSecret) this.#secretUntilMs = this.#parts.clock.now() + TAIL_MS;
    if (typed.question !== undefined) this.#answers.set(typed.question, typed.digits);
    this.#forgetTyped();
    this.#asked = undefined;
    this.#parts.onTyped(typed);
  }

  #forgetTyped(): void {
    this.#stopWaiting();
    this.#typed = '';
  }

  get #keypad(): Keypad {
    return this.#parts.keypad ?? NOTHING;
  }

  get #question() {
    return this.#asked === undefined ? undefined : this.#keypad.questions[this.#asked];
  }
}

const TURNS = {
  en: {
    number: (digits: string) => `I have typed ${digits} on my telephone.`,
    answer: (digits: string, question: string) => `I have typed ${digits} on my telephone (${question}).`,
    secret: (question: string) => `I have typed the digits on my telephone (${question}): digits received.`,
  },
  ms: {
    number: (digits: string) => `Saya telah menaip ${digits} pada telefon saya.`,
    answer: (digits: string, question: string) =>
      `Saya telah menaip ${digits} pada telefon saya (${question}).`,
    secret: (question: string) => `Saya telah menaip digit pada telefon saya (${question}): digit diterima.`,
  },
};

/**
 * What was typed as the caller's turn: first person, as all that the model reads of them. Of a secret nothing is in it.
 *
 * @param language - of the prompt; a prompt in another than Malay is told in English.
 */
export function turnOf({ digits, question, isSecret }: Typed, language = 'en'): string {
  const say = /^ms\b/i.test(language) ? TURNS.ms : TURNS.en;
  if (question === undefined) return say.number(digits);
  return isSecret ? say.secret(question) : say.answer(digits, question);
}
