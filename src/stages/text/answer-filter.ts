import type { MarkerKind } from '../../openai/special-tokens.ts';
import { MarkerFinder, type Piece } from './marker-finder.ts';

/** What is known of an endpoint from one answer to the next. */
export interface AnswerMemory {
  /** Its thoughts begin without a marker, which its chat template puts into the prompt. */
  untaggedThoughts: boolean;
}

/** What of an answer was not for people, in characters. */
export interface Dropped {
  thoughts: number;
  /** Thoughts that were given out before the marker came which told that they are thoughts. */
  thoughtsGivenOut: number;
  toolCalls: number;
  /** The next turns of a talk that the model wrote on its own. */
  otherTurns: number;
  /** Special tokens and tags. */
  markers: number;
  /** What turns thinking off, for the model whose markers were seen. */
  thinkingOff: string | undefined;
}

type Found = NonNullable<Piece['marker']>;
type State = 'answer' | 'thought' | 'call' | 'otherTurn' | 'header' | 'channel';

/** No role and no channel has a longer name. */
const LONGEST_HEADER = 200;
const OTHER_ROLES = /^(?:user|human|system|developer|tool|function|ipython|environment|observation)/;
const OWN_ROLES = /^(?:assistant|model|chatbot|bot|ai|agent)?$/;

/**
 * What of a model's text is for people: no thoughts, no calls of tools written as text, no special tokens; by the table
 * of `openai/special-tokens.ts`. Reads each character once and holds back what may be the beginning of a marker. One
 * filter reads one answer, and `memory` belongs to its endpoint.
 *
 * Where thoughts begin without a marker, the first answer's are given out before their end tells so. From then on an
 * answer is held back up to that marker; one that ends without it is given out whole, and the memory is cleared.
 */
export class AnswerFilter {
  readonly saw: Dropped = {
    thoughts: 0,
    thoughtsGivenOut: 0,
    toolCalls: 0,
    otherTurns: 0,
    markers: 0,
    thinkingOff: undefined,
  };
  readonly #memory: AnswerMemory;
  readonly #finder = new MarkerFinder();
  #state: State = 'answer';
  /** Whether thought or call is one of harmony's messages, which other markers end. */
  #isMessage = false;
  #header = '';
  /** The answer so far, while it may turn out to be thought. */
  #held: string | undefined;
  #given = 0;
  #isBlank = true;
  #hadThought = false;
  #out = '';

  constructor(memory: AnswerMemory) {
    this.#memory = memory;
    if (memory.untaggedThoughts) this.#held = '';
  }

  /** @param text - more of the answer, cut anywhere. */
  push(text: string): string {
    for (const char of text.split('')) {
      for (const piece of this.#finder.read(char, this.#isBlank)) this.#read(piece);
    }
    return this.#take();
  }

  /**
   * The answer is complete.
   *
   * @param isCutShort - the model reached its limit of tokens: what is held back is thought.
   */
  end(isCutShort = false): string {
    this.#read({ text: this.#finder.end() });
    if (this.#state === 'header') this.#endHeader();
    if (isCutShort) this.saw.thoughts += this.#held?.length ?? 0;
    else this.#release(this.#isBlank);
    return this.#take();
  }

  #take(): string {
    const out = this.#out;
    this.#out = '';
    this.#given += out.length;
    return out;
  }

  #read({ text, marker }: Piece): void {
    if (marker) this.#mark(text, marker);
    else if (this.#state === 'answer') this.#give(text);
    else if (this.#state === 'header' || this.#state === 'channel') this.#readHeader(text);
    else this.#drop(text);
  }

  #drop(text: string): void {
    if (this.#state === 'thought') this.saw.thoughts += text.length;
    if (this.#state === 'call') this.saw.toolCalls += text.length;
    if (this.#state === 'otherTurn') this.saw.otherTurns += text.length;
  }

  #give(text: string): void {
    const given = this.#isBlank ? text.trimStart() : text;
    if (given !== '') this.#isBlank = false;
    if (this.#held === undefined) this.#out += given;
    else this.#held += given;
  }

  #mark(text: string, marker: Found): void {
    const { kind } = marker;
    if (this.#state === 'header' || this.#state === 'channel') {
      // `<|channel|>commentary to=functions.x <|constrain|>json<|message|>`
      if (this.#state === 'channel' && kind === 'token') return;
      this.#endHeader();
      if (kind === 'headerEnd') return;
    }
    const isDropping = this.#state !== 'answer';
    if (isDropping && !this.#isEndedBy(text, kind)) {
      this.#drop(text);
      return;
    }
    const isEnd = isDropping && (kind === 'thoughtEnd' || kind === 'callEnd');
    this.saw.markers += text.length;
    this.#isMessage = false;
    this.#state = 'answer';
    if (!isEnd) this.#open(marker);
  }

  /** Whether the marker ends what is being dropped. */
  #isEndedBy(text: string, kind: MarkerKind): boolean {
    if (this.#state === 'otherTurn') return false;
    if (this.#isMessage) return text.startsWith('<|') && kind !== 'headerEnd';
    return kind === (this.#state === 'thought' ? 'thoughtEnd' : 'callEnd');
  }

  #open({ kind, thinkingOff }: Found): void {
    if (kind === 'thought' || kind === 'thoughtEnd' || kind === 'channel') {
      this.saw.thinkingOff ??= thinkingOff;
    }
    if (kind === 'thoughtEnd' && !this.#hadThought) this.#endUntagged();
    if (kind === 'thought' || kind === 'channel') {
      this.#release(false);
      this.#hadThought = true;
    }
    if (kind === 'thought') this.#state = 'thought';
    if (kind === 'call' || kind === 'callAtStart') this.#state = 'call';
    if (kind === 'otherSpeaker') this.#state = 'otherTurn';
    if (kind === 'header' || kind === 'channel') this.#state = kind;
    this.#header = '';
  }

  /** All so far was thought. */
  #endUntagged(): void {
    this.#hadThought = true;
    if (!this.#isBlank) this.#memory.untaggedThoughts = true;
    this.saw.thoughts += this.#held?.length ?? 0;
    this.saw.thoughtsGivenOut = this.#given + this.#out.length;
    this.#held = undefined;
    this.#isBlank = true;
  }

  /** What is held back is no thought; thoughts, if any, come with their marker. */
  #release(isMemoryKept: boolean): void {
    if (this.#held === undefined) return;
    if (!isMemoryKept) this.#memory.untaggedThoughts = false;
    this.#out += this.#held;
    this.#held = undefined;
  }

  #readHeader(text: string): void {
    this.#header += text;
    const isRoleLine = this.#state === 'header' && text === '\n';
    if (isRoleLine || this.#header.length > LONGEST_HEADER) this.#endHeader();
  }

  #endHeader(): void {
    const header = this.#header;
    const name = header.trim().toLowerCase();
    if (this.#state === 'channel') this.#enterChannel(name);
    else this.#state = OTHER_ROLES.test(name) ? 'otherTurn' : 'answer';
    this.#header = '';
    if (this.#state === 'answer' && !this.#isMessage && !OWN_ROLES.test(name)) this.#give(header);
  }

  #enterChannel(name: string): void {
    this.#isMessage = true;
    if (name.startsWith('final')) this.#state = 'answer';
    else this.#state = name.includes('to=') ? 'call' : 'thought';
  }
}
