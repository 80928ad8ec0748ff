import { basename, join } from 'node:path';
import { type AppError, PersonaError } from '../errors.ts';
import type { Files } from './folder.ts';
import type { Texts } from './last-good.ts';
import type { Parts } from './partials.ts';
import { type ReadPersona, readPersona } from './read.ts';
import type { Source } from './template.ts';

/** By name. */
export type Personas = ReadonlyMap<string, ReadPersona>;

export interface Fault {
  error: AppError;
  /** Whether an earlier version stands in. */
  usable: boolean;
}

/** Reads each prompt file, or in place of a broken one the text that is kept of it. */
export function readAll(dir: string, files: Files, kept: Texts): { personas: Personas; faults: Fault[] } {
  const parts = partsOf(dir, files);
  const personas = new Map<string, ReadPersona>();
  const faults: Fault[] = [];
  const read = (path: string, content: string | PersonaError, sharing: Parts): ReadPersona | PersonaError => {
    try {
      if (content instanceof PersonaError) throw content;
      return readPersona(path, content, sharing);
    } catch (error) {
      if (error instanceof PersonaError) return error;
      throw error;
    }
  };
  for (const [fileName, content] of files) {
    if (fileName.startsWith('_')) continue;
    const path = join(dir, fileName);
    const result = read(path, content, parts);
    const keptText = kept[fileName];
    const used =
      result instanceof PersonaError && keptText !== undefined ? read(path, keptText, new Map()) : result;
    const usable = !(used instanceof PersonaError);
    if (usable) personas.set(used.persona.name, used);
    if (result instanceof PersonaError) faults.push({ error: result, usable });
  }
  return { personas, faults };
}

/** An unreadable part is left out: the prompts that ask for it say so, with their line. */
function partsOf(dir: string, files: Files): Parts {
  const parts = new Map<string, Source>();
  for (const [fileName, content] of files) {
    if (!fileName.startsWith('_') || content instanceof PersonaError) continue;
    parts.set(basename(fileName, '.md'), { file: join(dir, fileName), text: content, firstLine: 1 });
  }
  return parts;
}

/** What `readAll` needs to stand in for broken files later. */
export function textsOf(personas: Personas): Texts {
  return Object.fromEntries(
    [...personas.values()].map(({ persona, text }) => [basename(persona.file), text]),
  );
}
