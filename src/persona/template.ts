import { PersonaError } from '../errors.ts';

/** A piece of a prompt file that knows where it stands. */
export interface Source {
  file: string;
  text: string;
  /** Line of the file (from 1) on which `text` begins. */
  firstLine: number;
}

export type Tag = { part: string } | { variable: string; fallback: string | undefined };

/** Names that a tag can ask for: `name`, `sip.phoneNumber`. */
export const VARIABLE_NAME = /^[A-Za-z_][\w.-]*$/;

const HINT = 'write {{name}}, {{name | default text}} or {{> _part}}, each on one line';
const PART = /^>\s*([\w-]+)$/;
const VARIABLE = /^([A-Za-z_][\w.-]*)\s*(?:\|(.*))?$/;

/** The three tags there are: `{{name}}`, `{{name | default text}}` and `{{> _part}}`. */
function parseTag(inner: string): Tag | undefined {
  const part = PART.exec(inner)?.[1];
  if (part !== undefined) return { part };
  const [, variable, fallback] = VARIABLE.exec(inner) ?? [];
  return variable === undefined ? undefined : { variable, fallback: fallback?.trim() };
}

/** Characters next to a tag; empty at the text's ends. */
export interface Neighbours {
  before: string;
  after: string;
}

/**
 * Replaces every tag once; what a replacement brings in is not looked at again.
 *
 * @throws PersonaError at the line of a tag that is none of the three, or that is not closed.
 */
export function replaceTags(
  source: Source,
  replace: (tag: Tag, line: number, raw: string, neighbours: Neighbours) => string,
): string {
  const { file, text } = source;
  let line = source.firstLine;
  let out = '';
  let last = '';
  let at = 0;
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    const before = text.slice(at, open);
    line += before.split('\n').length - 1;
    const close = text.indexOf('}}', open + 2);
    const raw = text.slice(open, close + 2);
    if (close < 0 || raw.includes('\n')) {
      throw new PersonaError(file, line, '"{{" is not closed by "}}" on the same line', { hint: HINT });
    }
    const tag = parseTag(raw.slice(2, -2).trim());
    if (!tag) throw new PersonaError(file, line, `${raw} is not a tag`, { hint: HINT });
    at = close + 2;
    last = (before || last).slice(-1);
    const replaced = replace(tag, line, raw, { before: last, after: text.slice(at, at + 1) });
    out += before + replaced;
    last = (replaced || last).slice(-1);
  }
  return out + text.slice(at);
}
