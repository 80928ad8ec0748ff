import type { Persona } from './persona.ts';
import { replaceTags } from './template.ts';

/** Longest value that is inserted, in characters: a display name or an account note, never a document. */
const MAX_VALUE_LENGTH = 2000;

/**
 * The persona of one call: every `{{variable}}` replaced by its value, else the tag's own default, else the
 * front matter's.
 *
 * @param values - from dispatch metadata and participant attributes; callers can choose some of these, so
 * they enter as one line of plain text.
 */
export function renderPersona(persona: Persona, values: Readonly<Record<string, string>>): Persona {
  const fill = (text: string) =>
    replaceTags({ file: persona.file, text, firstLine: 1 }, (tag, _line, raw) => {
      if (!('variable' in tag)) return raw;
      const given = Object.hasOwn(values, tag.variable) ? plainText(values[tag.variable]) : '';
      return given || (tag.fallback ?? persona.variables[tag.variable] ?? '');
    });
  return {
    ...persona,
    ...(persona.greeting && { greeting: fillGreeting(persona.greeting, fill) }),
    goodbye: fill(persona.goodbye),
    stillThere: fill(persona.stillThere),
    apology: fill(persona.apology),
    instructions: fill(persona.instructions),
  };
}

function fillGreeting(
  greeting: NonNullable<Persona['greeting']>,
  fill: (text: string) => string,
): NonNullable<Persona['greeting']> {
  return 'text' in greeting ? { text: fill(greeting.text) } : { instruction: fill(greeting.instruction) };
}

/** One line without control characters or template syntax, so that a value cannot pose as part of the prompt. */
function plainText(value: unknown): string {
  const line = String(value ?? '')
    .slice(0, 2 * MAX_VALUE_LENGTH)
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[{}]{2,}/g, (braces) => braces.slice(0, 1))
    .trim();
  return [...line].slice(0, MAX_VALUE_LENGTH).join('');
}
