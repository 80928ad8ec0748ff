import type { PersonaLog } from './persona.ts';
import type { Fault, Personas } from './read-all.ts';

/** Says each fault once, and again only when it changes or comes back. */
export function createReporter(log: PersonaLog, quiet: boolean) {
  const level = quiet ? ('debug' as const) : undefined;
  let said = new Set<string>();
  return {
    faults(faults: readonly Fault[]): void {
      for (const { error, usable } of faults) {
        if (said.has(error.message)) continue;
        said.add(error.message);
        const fields = { fault: error.message, hint: error.hint };
        const message = usable
          ? 'prompts are broken; the last good version stays in use'
          : 'prompt file is broken; it cannot be chosen until it is mended';
        log[level ?? 'warn'](fields, message);
      }
      said = new Set(faults.map(({ error }) => error.message));
    },
    changes(before: Personas, after: Personas): void {
      const changed = [...after.values()]
        .filter(({ persona }) => before.get(persona.name)?.persona.hash !== persona.hash)
        .map(({ persona }) => persona.name);
      const removed = [...before.keys()].filter((name) => !after.has(name));
      if (changed.length + removed.length > 0) log[level ?? 'info']({ changed, removed }, 'prompts loaded');
    },
  };
}
