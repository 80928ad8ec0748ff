import { LineStart } from './line-start.ts';

const FENCE_END = /^\s*(?:`{3,}|~{3,})\s*$/;
/** A longer line of code ends no code block. */
const LONGEST_FENCE = 200;
/** More stars and figures are no emphasis, key or service code. */
const LONGEST_STARS = 100;
const PICTURE =
  /(?![©®™‼⁉])[\p{Extended_Pictographic}\u{1F1E6}-\u{1F1FF}\u{1F3FB}-\u{1F3FF}\uFE0F\u20E3\u{E0020}-\u{E007F}]/u;
const INVISIBLE = /[\u00AD\u200B\u2060\uFEFF]/;
const JOINER = '\u200D';
const ESCAPABLE = /[\\`*_{}[\]()#+.!|~>-]/;

/**
 * What of a written answer is spoken, as it is written: no Markdown, code blocks, link targets or emoji; white space
 * is one space, and a line's end is `\n`. A character is held back only while it may turn out to be markup.
 */
export class SpokenText {
  /** The line so far, while only its start was seen. */
  #lineStart: LineStart | undefined = new LineStart();
  /** The line so far, inside a code block. */
  #codeLine: string | undefined;
  /** What may be markup, inside a line. */
  #held = '';
  #rest = '';
  #wasPicture = false;
  #out = '';
  #last = '\n';

  /** @returns what is certain to be spoken. */
  push(written: string): string {
    const text = this.#rest + written;
    const isCut = /[\uD800-\uDBFF]/.test(text.slice(-1));
    this.#rest = isCut ? text.slice(-1) : '';
    for (const char of isCut ? text.slice(0, -1) : text) this.#read(char);
    return this.#take();
  }

  /** The answer is complete; more would be another line. */
  end(): string {
    if (this.#codeLine === undefined) this.#endLineStart();
    this.#codeLine = undefined;
    this.#inline('\n');
    return this.#take();
  }

  #take(): string {
    const out = this.#out;
    this.#out = '';
    return out;
  }

  #read(char: string): void {
    if (INVISIBLE.test(char) || char === '\r') return;
    if (this.#codeLine !== undefined) this.#readCode(this.#codeLine, char);
    else if (this.#lineStart) this.#readStart(this.#lineStart, char);
    else this.#inline(char);
  }

  #readCode(line: string, char: string): void {
    if (char !== '\n') this.#codeLine = line.length > LONGEST_FENCE ? line : line + char;
    else this.#codeLine = FENCE_END.test(line) ? undefined : '';
  }

  #readStart(lineStart: LineStart, char: string): void {
    const state = lineStart.read(char);
    if (state === 'text') this.#endLineStart();
    else if (state !== 'open') this.#lineStart = new LineStart();
    if (state === 'fence') this.#codeLine = '';
  }

  /** What was held of the line is text. */
  #endLineStart(): void {
    const held = this.#lineStart?.held ?? '';
    this.#lineStart = undefined;
    for (const char of held) this.#inline(char);
  }

  #inline(char: string): void {
    const startsWord = /\s/.test(this.#last);
    if (this.#held !== '') this.#resolve(char);
    else if (
      '*_]\\'.includes(char) ||
      (char === '!' && startsWord) ||
      (char === '|' && this.#last !== '\n')
    ) {
      this.#held = char;
    } else if (!'[`~|'.includes(char)) this.#give(char);
  }

  /** Decides about the held characters, now that the next one is here. */
  #resolve(char: string): void {
    const held = this.#held;
    this.#held = stillHeld(held, char);
    if (this.#held !== '') return;
    if (held === '](' && char === ')') return;
    if (held === '!' && char === '[') return;
    for (const one of this.#spokenOf(held, char)) this.#give(one);
    if (held === '\\' && ESCAPABLE.test(char)) this.#give(char);
    else this.#inline(char);
  }

  #spokenOf(held: string, next: string): string {
    if (held === '!') return '!';
    if (held === '|') return next === '\n' ? '' : ', ';
    if (held === '_') return /[\p{L}\p{N}]/u.test(this.#last) && /[\p{L}\p{N}]/u.test(next) ? '_' : '';
    if (held[0] !== '*') return '';
    // A key (`press * now`), a service code (`*124#`), a product (`5*3`); all else is emphasis.
    const isKey = held === '*' && this.#last === ' ' && next === ' ';
    const isCode = next === '#' && /\d/.test(held);
    const isProduct = /^\*\d+$/.test(held) && /\d/.test(this.#last);
    return isKey || isCode || isProduct ? held : held.replaceAll('*', '');
  }

  #give(char: string): void {
    if (PICTURE.test(char) || (char === JOINER && this.#wasPicture)) {
      this.#wasPicture = true;
      return;
    }
    this.#wasPicture = false;
    if (char === '\n') this.#lineStart = new LineStart();
    const given = char === '\n' ? char : char.replace(/\s/, ' ');
    if (/\s/.test(given) && (this.#last === '\n' || this.#last === given)) return;
    this.#out += given;
    this.#last = given;
  }
}

/** What is held on when this character comes after held ones; a link's target is not kept. Empty: it is decided. */
function stillHeld(held: string, char: string): string {
  if (held === '](') return char === ')' || char === '\n' ? '' : held;
  if (held === ']') return char === '(' ? '](' : '';
  if (held === '|') return char === ' ' ? held : '';
  return held[0] === '*' && held.length < LONGEST_STARS && /[\d*]/.test(char) ? held + char : '';
}
