/** A line that so far may be markup, and nothing else. */
const MAYBE_MARKUP = /^(?:\s*(?:#{1,6}|[+•‣▪◦>]|`{1,2}|~{1,2})|[-*_=:| \t]*)$/;
const LINE_MARKER = /^\s*(?:#{1,6}|[-+*•‣▪◦>])[ \t]$/;
/** `---`, `***`, and the line below a table's head. */
const RULE = /^[-*_=:| \t]*(?:[-*_=][ \t]*){3}[-*_=:| \t]*\n$/;
const FENCE = /^\s*(?:`{3}|~{3})/;
const FENCE_END = /^\s*(?:`{3,}|~{3,})\s*$/;
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
  #line: string | undefined = '';
  #inCode = false;
  /** What may be markup, inside a line. */
  #held = '';
  #rest = '';
  #wasPicture = false;
  #out = '';
  #last = '\n';

  /** @returns what is certain to be spoken. */
  push(written: string): string {
    const text = this.#rest + written;
    const isCut = /[\uD800-\uDBFF]$/.test(text);
    this.#rest = isCut ? text.slice(-1) : '';
    for (const char of isCut ? text.slice(0, -1) : text) this.#read(char);
    return this.#take();
  }

  /** The answer is complete; more would be another line. */
  end(): string {
    if (!this.#inCode && this.#line) this.#readLine(this.#line);
    this.#inCode = false;
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
    if (this.#line === undefined) this.#inline(char);
    else this.#readStart(this.#line + char);
  }

  #readStart(line: string): void {
    this.#line = line;
    if (this.#inCode) {
      if (!line.endsWith('\n')) return;
      this.#inCode = !FENCE_END.test(line);
      this.#line = '';
    } else if (FENCE.test(line)) {
      this.#inCode = true;
      this.#line = '';
    } else if (LINE_MARKER.test(line) || RULE.test(line)) this.#line = '';
    else if (!MAYBE_MARKUP.test(line)) this.#readLine(line);
  }

  #readLine(line: string): void {
    this.#line = undefined;
    for (const char of line) this.#inline(char);
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
    const isOpen =
      (held[0] === '*' && /[\d*]/.test(char)) ||
      (held[0] === '|' && char === ' ') ||
      (held === ']' && char === '(') ||
      (held.startsWith('](') && char !== ')' && char !== '\n');
    if (isOpen) {
      this.#held += char;
      return;
    }
    this.#held = '';
    if (held.startsWith('](') && char === ')') return;
    if (held === '!' && char === '[') return;
    for (const one of this.#spokenOf(held, char)) this.#give(one);
    if (held === '\\' && ESCAPABLE.test(char)) this.#give(char);
    else this.#inline(char);
  }

  #spokenOf(held: string, next: string): string {
    if (held === '!') return '!';
    if (held[0] === '|') return next === '\n' ? '' : ', ';
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
    if (char === '\n') this.#line = '';
    const given = char === '\n' ? char : char.replace(/\s/, ' ');
    if (/\s/.test(given) && (this.#last === '\n' || this.#last === given)) return;
    this.#out += given;
    this.#last = given;
  }
}
