/**
 * What a line's start is, once the last character came: `open` while it may be markup and nothing else; `marker` when
 * it was markup of a line that goes on (a list's dash, a heading's `#`), or a whole line of markup (`---`, `***`, the
 * line below a table's head); `fence` when a code block begins; `text` when all of it is spoken.
 */
export type LineStartState = 'open' | 'marker' | 'fence' | 'text';

/** A longer line of dashes is taken for text. */
const MOST_HELD = 1000;
const BULLETS = '+•‣▪◦>';
const LONGEST_HEADING_MARKER = 6;
const FENCE_LENGTH = 3;
const SHORTEST_RULE = 3;

type Kind = 'blank' | 'heading' | 'bullet' | '`' | '~' | 'rule';

/** Reads the start of a Markdown line, each character once. */
export class LineStart {
  #held = '';
  #kind: Kind = 'blank';
  #firstMark = '';
  #marks = 0;
  /** Of a rule's characters, without another mark between them. */
  #inRow = 0;
  #isRule = false;

  /** What was read, while it is open. */
  get held(): string {
    return this.#held;
  }

  read(char: string): LineStartState {
    this.#held += char;
    const state = this.#kind === 'blank' ? this.#begin(char) : this.#goOn(char);
    return state === 'open' && this.#held.length > MOST_HELD ? 'text' : state;
  }

  #begin(char: string): LineStartState {
    if (isBlank(char)) return 'open';
    this.#kind = kindOf(char) ?? 'blank';
    this.#firstMark = char;
    return this.#kind === 'blank' ? 'text' : this.#mark(char);
  }

  #goOn(char: string): LineStartState {
    if (this.#kind === 'rule') return this.#goOnWithRule(char);
    if (this.#kind !== 'bullet' && char === this.#firstMark) return this.#mark(char);
    return isBlank(char) && (this.#kind === 'bullet' || this.#kind === 'heading') ? 'marker' : 'text';
  }

  #goOnWithRule(char: string): LineStartState {
    if (char === '\n') return this.#isRule ? 'marker' : 'text';
    if (isBlank(char)) return this.#marks === 1 && '-*'.includes(this.#firstMark) ? 'marker' : 'open';
    return kindOf(char) === 'rule' ? this.#mark(char) : 'text';
  }

  #mark(char: string): LineStartState {
    this.#marks += 1;
    this.#inRow = '-*_='.includes(char) ? this.#inRow + 1 : 0;
    this.#isRule ||= this.#inRow >= SHORTEST_RULE;
    if (this.#kind === '`' || this.#kind === '~') return this.#marks < FENCE_LENGTH ? 'open' : 'fence';
    return this.#kind === 'heading' && this.#marks > LONGEST_HEADING_MARKER ? 'text' : 'open';
  }
}

const isBlank = (char: string) => char === ' ' || char === '\t';

function kindOf(char: string): Kind | undefined {
  if (char === '#') return 'heading';
  if (char === '`' || char === '~') return char;
  if (BULLETS.includes(char)) return 'bullet';
  return '-*_=:|'.includes(char) ? 'rule' : undefined;
}
