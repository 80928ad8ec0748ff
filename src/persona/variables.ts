import type { Persona } from './persona.ts';
import { replaceTags } from './template.ts';

/** Names that a prompt asks for, in any of its texts, or gives a value. */
export function variablesOf(persona: Persona): Set<string> {
  const names = new Set(Object.keys(persona.variables));
  const { greeting, goodbye, stillThere, unheard, apology, fillers, resumed, instructions } = persona;
  const { transferring, transferFailed, transferWaiting, transferAccept, transferStay, actions } = persona;
  const says = Object.values(actions?.targets ?? {}).flatMap(({ say }) => say ?? []);
  const greets = greeting ? Object.values(greeting) : [];
  const transfers = [transferring, transferFailed, transferWaiting, transferAccept, transferStay];
  const texts = [goodbye, stillThere, unheard, apology, resumed, instructions];
  for (const text of [...texts, ...transfers, ...fillers, ...says, ...greets]) {
    replaceTags({ file: persona.file, text, firstLine: 1 }, (tag, _line, raw) => {
      if ('variable' in tag) names.add(tag.variable);
      return raw;
    });
  }
  return names;
}
