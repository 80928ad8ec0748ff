import { PersonaError } from '../errors.ts';
import { replaceTags, type Source } from './template.ts';

/** The shared parts by name (`_spoken-style`), each the whole text of its file. */
export type Parts = ReadonlyMap<string, Source>;

/** More than any model reads as instructions; parts that include others several times over grow without end. */
const MOST_CHARACTERS = 500_000;

interface Context {
  parts: Parts | undefined;
  known: ReadonlySet<string>;
  /** Characters of parts put in place so far. */
  size: number;
}

/**
 * Puts every `{{> _part}}` in place, parts of parts too, and leaves variables for the call to fill.
 *
 * @param parts - absent where none may be used: in front matter, whose YAML they would break.
 * @param known - variables with a default in the front matter; the others need one in the tag.
 * @throws PersonaError at the line of the tag: no such part, parts that include each other or are too long
 * together, or a variable that would stay empty.
 */
export function resolveParts(source: Source, parts: Parts | undefined, known: ReadonlySet<string>): string {
  return resolve(source, [], { parts, known, size: 0 });
}

function resolve(source: Source, chain: readonly string[], context: Context): string {
  const { parts, known } = context;
  return replaceTags(source, (tag, line, raw) => {
    if ('variable' in tag) {
      if (tag.fallback !== undefined || known.has(tag.variable)) return raw;
      throw new PersonaError(source.file, line, `variable ${raw} has no default`, {
        hint: `write {{${tag.variable} | some text}}, or give it a value under "variables:" in the front matter`,
      });
    }
    const path = [...chain, tag.part];
    if (chain.includes(tag.part)) {
      throw new PersonaError(source.file, line, `parts include each other: ${path.join(' → ')}`);
    }
    if (!parts) throw new PersonaError(source.file, line, `${raw} belongs below the front matter`);
    const part = parts.get(tag.part);
    if (!part) throw missing(source.file, line, tag.part, parts);
    context.size += part.text.length;
    if (context.size > MOST_CHARACTERS) throw tooLong(source.file, line, raw);
    return resolve(part, path, context).trim();
  });
}

function tooLong(file: string, line: number, raw: string): PersonaError {
  return new PersonaError(file, line, `with ${raw} the parts are longer than ${MOST_CHARACTERS} characters`, {
    hint: 'shorten the parts, or include each of them once',
  });
}

function missing(file: string, line: number, part: string, parts: Parts): PersonaError {
  const known = [...parts.keys()].sort().join(', ') || 'none';
  return new PersonaError(file, line, `no part ${part}.md; there are: ${known}`, {
    hint: 'a part is a file of the same folder whose name starts with "_"',
  });
}
