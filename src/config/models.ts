import { AppError } from '../errors.ts';
import type { Offers, Plugins, Providers, Stage } from './providers/provider.ts';
import { PROVIDERS } from './providers/table.ts';
import type { Config } from './schema.ts';

/** Who serves a stage of a call. */
export interface Served<S extends Stage> {
  model: string;
  /** Where it is reached; empty where nobody says. */
  baseUrl: string;
  /** Makes it, from `own`; `undefined` where it is spoken to by the OpenAI-compatible API. */
  plugin: Plugins[S] | undefined;
  /** The provider's own settings. */
  own: Readonly<Record<string, unknown>>;
}

/** The provider that the settings choose for a stage, and the model: the configured one, or the provider's usual. */
export function servedBy<S extends Stage>(
  config: Config,
  stage: S,
  providers: Providers = PROVIDERS,
): Served<S> {
  const { provider: name, model, baseUrl } = config[stage];
  const offers: Offers = providers[name] ?? {};
  const offer = offers[stage];
  if (!offer) throw new AppError(`no provider «${name}» has a part for ${stage}`);
  const groups: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  const own = groups[name] ?? {};
  const { plugin, defaultModel } = offer;
  const url = plugin ? own.baseUrl : baseUrl;
  return { model: model ?? defaultModel, baseUrl: typeof url === 'string' ? url : '', plugin, own };
}

/** The model that each stage asks for. */
export function modelNames(config: Config): Record<Stage, string> {
  const nameOf = (stage: Stage) => servedBy(config, stage).model;
  return { stt: nameOf('stt'), llm: nameOf('llm'), tts: nameOf('tts') };
}

/** What callers hear, for people: the model and the voice, one of both where the model is the voice. */
export function voiceName(config: Config, voice: string = config.tts.voice): string {
  const { model, plugin } = servedBy(config, 'tts');
  return plugin?.modelIsVoice ? model : `${model} · ${voice}`;
}

/** The model endpoints that are spoken to by the OpenAI-compatible API, with what a request to each needs. */
export function modelEndpoints(config: Config) {
  const stages: readonly Stage[] = ['stt', 'llm', 'tts'];
  return stages.flatMap((name) => {
    const { baseUrl, apiKey, headers, ...deadlines } = config[name];
    return baseUrl && !servedBy(config, name).plugin ? [{ name, baseUrl, apiKey, headers, deadlines }] : [];
  });
}
