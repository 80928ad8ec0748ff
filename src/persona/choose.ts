import { BOUNDS } from '../bounds.ts';
import { AppError } from '../errors.ts';
import { isObject } from '../openai/extra-body.ts';
import type { Persona, PersonaLog } from './persona.ts';
import type { PersonaStore } from './store.ts';

export interface Choice {
  persona: Persona;
  /** From the room's metadata, the dispatch's attributes and its metadata; what comes later here wins. */
  variables: Record<string, string>;
  /** Who named the prompt. */
  reason: string;
}

export interface ChoiceSources {
  /** What the phone call itself asks for: who calls, or a header of it. */
  byCall?: string | undefined;
  /** JSON `{"prompt": "phone", "variables": {"name": "Aisyah"}}`, or a bare prompt name, or anything else. */
  dispatchMetadata: string | undefined;
  /** LiveKit's attributes of the dispatch: `prompt` names the prompt, the others are variables. */
  dispatchAttributes?: Readonly<Record<string, string>>;
  /** As the dispatch metadata; rooms often carry other programs' metadata. */
  roomMetadata: string | undefined;
  /** `PROMPT`. */
  fallback: string;
  log: PersonaLog;
}

/**
 * The persona of a call: named by the phone call, else by the dispatch (its metadata, else its attributes), else by the room, else by the configuration. A name that is
 * not there is logged and passed over: the caller is answered by another prompt rather than by nobody.
 *
 * @throws AppError only when the store holds nothing.
 */
export function choosePersona(store: PersonaStore, sources: ChoiceSources): Choice {
  const { log, fallback } = sources;
  const dispatch = parseMetadata(sources.dispatchMetadata, 'dispatch metadata', log);
  const { prompt, ...rest } = sources.dispatchAttributes ?? {};
  const asMetadata = JSON.stringify({ prompt, variables: rest });
  const attributes = parseMetadata(asMetadata, 'dispatch attributes', log);
  const room = parseMetadata(sources.roomMetadata, 'room metadata', log);
  const variables = { ...room.variables, ...attributes.variables, ...dispatch.variables };
  const asked = [
    { reason: 'caller or header of the phone call', prompt: sources.byCall },
    { reason: 'dispatch metadata', prompt: dispatch.prompt },
    { reason: 'dispatch attributes', prompt: attributes.prompt },
    { reason: 'room metadata', prompt: room.prompt },
    { reason: 'configuration', prompt: fallback },
  ];
  for (const { reason, prompt } of asked) {
    const persona = prompt === undefined ? undefined : store.get(prompt);
    if (persona) return { persona, variables, reason };
    if (prompt !== undefined)
      log.warn({ source: reason, asked: prompt, known: names(store) }, 'prompt is unknown');
  }
  const first = store.list()[0];
  if (!first) throw new AppError('no prompt is loaded', { hint: 'put a default.md into the prompt folder' });
  return { persona: first, variables, reason: 'no named prompt exists; first of the folder' };
}

/**
 * The prompt that the configuration names, for a check before any call.
 *
 * @throws AppError naming the prompts there are.
 */
export function requirePersona(store: PersonaStore, name: string): Persona {
  const persona = store.get(name);
  if (persona) return persona;
  throw new AppError(`PROMPT=${name}: no such prompt`, {
    hint: `set PROMPT to one of: ${names(store).join(', ')}`,
  });
}

const names = (store: PersonaStore) => store.list().map(({ name }) => name);

/** A letter first: a bare phone number or room id is somebody else's metadata. */
const PROMPT_NAME = /^[A-Za-z][\w-]{0,63}$/;

interface Metadata {
  prompt?: string;
  variables: Record<string, string>;
}

/** Beyond `BOUNDS.metadataBytes` nothing of it is read. */
function parseMetadata(text: string | undefined, source: string, log: PersonaLog): Metadata {
  const bytes = Buffer.byteLength(text ?? '');
  if (bytes > BOUNDS.metadataBytes) {
    log.warn({ source, bytes, most: BOUNDS.metadataBytes }, 'metadata is too long, and is not read');
    return { variables: {} };
  }
  const data = parse(text?.trim() ?? '');
  const all = isObject(data.variables) ? Object.entries(data.variables) : [];
  const entries = all.slice(0, BOUNDS.metadataVariables);
  if (all.length > entries.length)
    log.warn({ source, variables: all.length, most: entries.length }, 'metadata holds too many variables');
  const variables = entries.filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  const prompt = typeof data.prompt === 'string' && PROMPT_NAME.test(data.prompt) ? data.prompt : undefined;
  const ignored = [
    ...(data.prompt !== undefined && prompt === undefined ? ['prompt'] : []),
    ...(data.variables !== undefined && !isObject(data.variables) ? ['variables'] : []),
    ...entries.filter((entry) => !variables.includes(entry)).map(([key]) => `variables.${key}`),
  ];
  if (ignored.length > 0) log.warn({ source, ignored }, 'metadata holds values of the wrong kind');
  return {
    ...(prompt !== undefined && { prompt }),
    variables: Object.fromEntries(variables.map(([key, value]) => [key, String(value)])),
  };
}

/** Metadata of any shape; what is not ours is empty. */
function parse(text: string): Record<string, unknown> {
  const data = parseJson(text) ?? text;
  if (typeof data === 'string') return PROMPT_NAME.test(data) ? { prompt: data } : {};
  return isObject(data) ? data : {};
}

function parseJson(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text);
    return data ?? {};
  } catch {
    return undefined;
  }
}
