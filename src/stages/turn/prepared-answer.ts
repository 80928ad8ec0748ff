import type { TurnActions } from './roles.ts';
import type { TurnText } from './transcriber.ts';
import { saysTheSame } from './words.ts';

/** The answer that is prepared while it is not known whether the turn is over. */
export class PreparedAnswer {
  readonly #actions: Pick<TurnActions, 'prepare' | 'drop'>;
  #text: TurnText | undefined;
  #isReady = false;
  #isFinished: boolean | undefined;

  constructor(actions: Pick<TurnActions, 'prepare' | 'drop'>) {
    this.#actions = actions;
  }

  /** Prepares an answer to this text, unless the one at hand is an answer to the same words. */
  prepare(text: TurnText): void {
    if (this.#text && saysTheSame(this.#text.text, text.text)) return;
    this.#text = text;
    this.#isReady = false;
    this.#isFinished = undefined;
    this.#actions.prepare(text);
  }

  /** Its beginning can be heard as soon as it may. */
  ready(): void {
    this.#isReady = this.#text !== undefined;
  }

  /** The model that writes it says whether the caller has finished. */
  judged(isFinished: boolean): void {
    if (this.#text) this.#isFinished = isFinished;
  }

  /** What it says of a turn with these words; `undefined` before it does. */
  isFinished(text: string): boolean | undefined {
    return this.#text && saysTheSame(this.#text.text, text) ? this.#isFinished : undefined;
  }

  /** Whether a turn must be kept open for it. */
  get isAwaited(): boolean {
    return this.#text !== undefined && !this.#isReady;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** The caller goes on. */
  drop(): void {
    if (this.#text) this.#actions.drop();
    this.forget();
  }

  /** The turn is over: the answer is given, or there is none. */
  forget(): void {
    this.#text = undefined;
    this.#isReady = false;
    this.#isFinished = undefined;
  }
}
