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

const ANY_TAG = /\{\{([^\n]*?)\}\}/g;
const PART = /^>\s*([\w-]+)$/;
const VARIABLE = /^([A-Za-z_][\w.-]*)\s*(?:\|(.*))?$/;

/** The three tags there are: `{{name}}`, `{{name | default text}}` and `{{> _part}}`. */
function parseTag(inner: string): Tag | undefined {
  const part = PART.exec(inner)?.[1];
  if (part !== undefined) return { part };
  const [, variable, fallback] = VARIABLE.exec(inner) ?? [];
  return variable === undefined ? undefined : { variable, fallback: fallback?.trim() };
}

/**
 * Replaces every tag once; what a replacement brings in is not looked at again.
 *
 * @throws PersonaError at the line of a tag that is none of the three, or that is not closed.
 */
export function replaceTags(
  source: Source,
  replace: (tag: Tag, line: number, raw: string) => string,
): string {
  const lineAt = (offset: number) => source.firstLine + source.text.slice(0, offset).split('\n').length - 1;
  const fault = (offset: number, problem: string) =>
    new PersonaError(source.file, lineAt(offset), problem, {
      hint: 'write {{name}}, {{name | default text}} or {{> _part}}, each on one line',
    });
  const unclosed = source.text.replace(ANY_TAG, (raw) => ' '.repeat(raw.length)).indexOf('{{');
  if (unclosed >= 0) throw fault(unclosed, '"{{" is not closed by "}}" on the same line');
  return source.text.replace(ANY_TAG, (raw, inner: string, offset: number) => {
    const tag = parseTag(inner.trim());
    if (!tag) throw fault(offset, `${raw} is not a tag`);
    return replace(tag, lineAt(offset), raw);
  });
}
