import type { tts } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import { type EndpointError, messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import { type Clock, pause } from '../openai/clock.ts';
import { renderPersona } from '../persona/render.ts';
import type { Persona, PersonaStore } from '../persona/store.ts';
import { createTts } from '../stages/tts.ts';
import { type PhraseStore, phraseCacheFor } from './phrase-cache.ts';
import { coverPhrases, keepSound } from './phrases.ts';

/** After a round in which the voice failed, and after one in which all is there: prompts may have been edited since. */
const ROUND_AFTER_MS = 60_000;

export interface PreparingParts {
  config: Config;
  personas: Pick<PersonaStore, 'list'>;
  store: PhraseStore;
  log: Log;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Has the voice say the fillers, apology, good-bye and resumed line of each prompt before any call needs them, one after the
 * other, and again until they are there in the first voice: when an endpoint is dead they are all that a caller hears. Never rejects.
 */
export async function preparePhrases(parts: PreparingParts): Promise<void> {
  const { config, personas, log, clock, signal } = parts;
  if (!config.tts.cache) return;
  let wasMissing = false;
  for (;;) {
    const error = await round(parts, personas.list()).catch(messageOf);
    if (signal.aborted) return;
    if (error && !wasMissing)
      log.warn({ error }, 'fillers and apologies have no sound: callers hear a tone until the voice works');
    if (!error && wasMissing) log.info({}, 'fillers and apologies have their sound now');
    wasMissing = error !== undefined;
    await pause(clock, ROUND_AFTER_MS, signal);
  }
}

/** @returns why the voice failed, after the first text that it did not say. */
async function round(parts: PreparingParts, personas: readonly Persona[]): Promise<string | undefined> {
  for (const persona of personas) {
    const error = await prepare(renderPersona(persona, {}), parts);
    if (error !== undefined) return error;
  }
  return undefined;
}

async function prepare(persona: Persona, parts: PreparingParts): Promise<string | undefined> {
  const { config, store, signal } = parts;
  const phrases = coverPhrases(persona);
  const cache = phraseCacheFor(config, persona, { phrases, store, isRead: false });
  let failure: EndpointError | undefined;
  const onError = (error: EndpointError) => {
    failure = error;
  };
  let voice: tts.TTS | undefined;
  for (const text of phrases) {
    if (!cache || signal.aborted) return undefined;
    if (!(await cache.isWanted(text))) continue;
    voice ??= await createTts(config, persona, { onError });
    if (!(await keepSound(text, { tts: voice, cache, signal })))
      return failure?.summary ?? 'nothing was said';
  }
  return undefined;
}
