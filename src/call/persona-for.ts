import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import { choosePersona } from '../persona/choose.ts';
import { renderPersona } from '../persona/render.ts';
import type { Persona, PersonaStore } from '../persona/store.ts';
import { type CalledNumber, promptOf } from '../phone/arrival.ts';
import type { Caller } from './caller.ts';
import type { CallHost } from './host.ts';
import { fixedPhrases } from './phrases.ts';

export interface PersonaParts {
  host: CallHost;
  config: Config;
  personas: PersonaStore;
  /** The number that a phone called. */
  called?: CalledNumber | undefined;
  log: Log;
}

/** The prompt of this call, filled with what the dispatch and the caller's attributes say, and its fixed phrases. */
export function personaFor(
  caller: Caller,
  { host, config, personas, called, log }: PersonaParts,
): { persona: Persona; fixed: string[] } {
  const {
    persona: template,
    variables,
    reason,
  } = choosePersona(personas, {
    byCall: called && promptOf(called, caller.attributes),
    dispatchMetadata: host.dispatchMetadata,
    dispatchAttributes: host.dispatchAttributes,
    roomMetadata: host.room.metadata ?? '',
    fallback: config.agent.prompt,
    log,
  });
  log.info({ prompt: template.name, reason }, 'prompt chosen');
  const filled = renderPersona(template, { name: caller.name, ...caller.attributes, ...variables });
  const persona = called?.language === undefined ? filled : { ...filled, language: called.language };
  return { persona, fixed: fixedPhrases(renderPersona(template, {}), persona) };
}
