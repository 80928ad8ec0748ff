import { neutralise } from '../openai/neutralise.ts';
import type { PersonaActions } from './action-matter.ts';
import type { Keypad } from './keypad-matter.ts';
import type { Persona } from './persona.ts';
import { type Neighbours, replaceTags } from './template.ts';

/** Longest value that is inserted, in characters: an account note, never a document. */
const MAX_VALUE_LENGTH = 2000;
/** The same for the value of `name`, which every participant chooses. */
const MAX_NAME_LENGTH = 200;

/**
 * The persona of one call: every `{{variable}}` replaced by its value, else the tag's own default, else the
 * front matter's.
 *
 * @param values - from dispatch metadata and participant attributes; callers can choose some of these, so
 * they enter as one line of plain text in which no tokenizer finds a special token.
 */
export function renderPersona(persona: Persona, values: Readonly<Record<string, string>>): Persona {
  const fill = (text: string) =>
    replaceTags({ file: persona.file, text, firstLine: 1 }, (tag, _line, raw, neighbours) => {
      if (!('variable' in tag)) return raw;
      const most = tag.variable === 'name' ? MAX_NAME_LENGTH : MAX_VALUE_LENGTH;
      const given = Object.hasOwn(values, tag.variable) ? plainText(values[tag.variable], most) : '';
      return harmless(given, neighbours) || (tag.fallback ?? persona.variables[tag.variable] ?? '');
    });
  return {
    ...persona,
    ...(persona.greeting && { greeting: fillGreeting(persona.greeting, fill) }),
    goodbye: fill(persona.goodbye),
    stillThere: fill(persona.stillThere),
    unheard: fill(persona.unheard),
    apology: fill(persona.apology),
    fillers: persona.fillers.map(fill),
    resumed: fill(persona.resumed),
    here: fill(persona.here),
    transferring: fill(persona.transferring),
    transferFailed: fill(persona.transferFailed),
    transferWaiting: fill(persona.transferWaiting),
    transferAccept: fill(persona.transferAccept),
    transferStay: fill(persona.transferStay),
    ...(persona.actions && { actions: fillActions(persona.actions, fill) }),
    ...(persona.keypad && { keypad: fillKeypad(persona.keypad, fill) }),
    ...(persona.recordingNotice !== undefined && { recordingNotice: fill(persona.recordingNotice) }),
    ...(persona.listeningNotice !== undefined && { listeningNotice: fill(persona.listeningNotice) }),
    instructions: fill(persona.instructions),
  };
}

function fillGreeting(
  greeting: NonNullable<Persona['greeting']>,
  fill: (text: string) => string,
): NonNullable<Persona['greeting']> {
  return 'text' in greeting ? { text: fill(greeting.text) } : { instruction: fill(greeting.instruction) };
}

/** Numbers are never filled: nobody but the file says who is called. */
function fillActions(actions: PersonaActions, fill: (text: string) => string): PersonaActions {
  const targets = Object.entries(actions.targets).map(([name, target]) => [
    name,
    { ...target, ...(target.say !== undefined && { say: fill(target.say) }) },
  ]);
  return { ...actions, targets: Object.fromEntries(targets) };
}

function fillKeypad({ menu, questions }: Keypad, fill: (text: string) => string): Keypad {
  const filledMenu = Object.entries(menu).map(([key, action]) => {
    if ('say' in action) return [key, { say: fill(action.say) }];
    return [key, 'turn' in action ? { turn: fill(action.turn) } : action];
  });
  const asked = Object.entries(questions).map(([name, question]) => [
    name,
    { ...question, say: fill(question.say) },
  ]);
  return { menu: Object.fromEntries(filledMenu), questions: Object.fromEntries(asked) };
}

/** One line without control characters or template syntax, so that a value cannot pose as part of the prompt. */
function plainText(value: unknown, most: number): string {
  const line = String(value ?? '')
    .slice(0, 2 * most)
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .replace(/[{}]{2,}/g, (braces) => braces.slice(0, 1))
    .trim();
  return [...line].slice(0, most).join('');
}

/** The value without special tokens, also none that the prompt's own brackets would make of it: `<{{name}}>`. */
function harmless(value: string, { before, after }: Neighbours): string {
  if (value === '') return value;
  return neutralise(`${before}${value}${after}`).slice(before.length, after === '' ? undefined : -1);
}
