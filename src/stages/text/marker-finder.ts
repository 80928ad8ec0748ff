import { MARKER_FAMILIES, MARKERS, type MarkerKind } from '../../openai/special-tokens.ts';

/** A piece of a model's text: a marker, or text that is none and belongs to none. */
export interface Piece {
  text: string;
  marker?: { kind: MarkerKind; thinkingOff: string | undefined };
}

/** Special tokens that no list names: `<|box_end|>`, `<｜fim▁hole｜>`. */
const UNLISTED = /^<[|｜][\w▁./:-]{1,48}[|｜]>$/u;
const UNLISTED_SO_FAR = /^<(?:[|｜][\w▁./:-]{0,48}[|｜]?)?$/u;

const unlisted = { kind: 'token' as const, thinkingOff: undefined };
const atStart = MARKER_FAMILIES.flatMap(({ markers }) => markers.callAtStart?.split(' ') ?? []);
const PREFIXES = prefixesOf([...MARKERS.keys()].filter((text) => !atStart.includes(text)));
const PREFIXES_AT_START = prefixesOf(atStart);
const FIRST = new Set([...PREFIXES, ...PREFIXES_AT_START].map((prefix) => prefix[0]));

function prefixesOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => Array.from(text, (_, at) => text.slice(0, at + 1))));
}

/** Finds markers in a text that comes in pieces; holds back what may be the beginning of one, and no more. */
export class MarkerFinder {
  #held = '';

  /**
   * @param char - the next UTF-16 code unit.
   * @param isStart - whether nothing was said yet, so that some markers count that do not elsewhere.
   */
  *read(char: string, isStart: boolean): Generator<Piece> {
    if (this.#held === '' && !FIRST.has(char.toLowerCase())) {
      yield { text: char };
      return;
    }
    this.#held += char;
    while (this.#held !== '') {
      const text = this.#held;
      const marker = markerOf(text, isStart);
      if (!marker && mayBecomeMarker(text, isStart)) return;
      this.#held = marker ? '' : text.slice(1);
      yield marker ? { text, marker } : { text: text.slice(0, 1) };
    }
  }

  /** What was held back, now that nothing follows. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

function markerOf(text: string, isStart: boolean): Piece['marker'] {
  const marker = MARKERS.get(keyOf(text));
  if (marker && (isStart || marker.kind !== 'callAtStart')) {
    return { kind: marker.kind, thinkingOff: marker.family.thinkingOff };
  }
  return UNLISTED.test(text) ? unlisted : undefined;
}

function mayBecomeMarker(text: string, isStart: boolean): boolean {
  const key = keyOf(text);
  return PREFIXES.has(key) || (isStart && PREFIXES_AT_START.has(key)) || UNLISTED_SO_FAR.test(text);
}

/** A call in JSON is the same with white space in it. */
function keyOf(text: string): string {
  const isBounded = text.length < 64;
  return (text[0] === '{' && isBounded ? text.replace(/\s/g, '') : text).toLowerCase();
}
