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

/** A server that a stage's requests can go to. */
export interface StageServer {
  baseUrl: string;
  apiKey: string | undefined;
  headers: Readonly<Record<string, string>> | undefined;
  model: string;
  /** Of the voice: its own, not that of prompt or settings. */
  voice: string | undefined;
  extraBody: JsonFields | undefined;
}

type JsonFields = Config['llm']['extraBody'];

/** The servers of a stage that is spoken to by the OpenAI-compatible API, in the order in which they are asked. */
export function serversOf(config: Config, stage: Stage): readonly [StageServer, ...StageServer[]] {
  const { baseUrl = '', apiKey, headers, extraBody, endpoints } = config[stage];
  const { model } = servedBy(config, stage);
  const first = { baseUrl, apiKey, headers, model, voice: undefined, extraBody };
  // Key and headers may be secrets of the first's.
  const others = endpoints.map((one) => ({
    ...{ baseUrl: one.baseUrl, apiKey: one.apiKey, headers: undefined, voice: one.voice },
    ...{ model: one.model ?? model, extraBody: one.extraBody ?? extraBody },
  }));
  return [first, ...others];
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
    const deadlines = config[name];
    if (!deadlines.baseUrl || servedBy(config, name).plugin) return [];
    return serversOf(config, name).map(({ baseUrl, apiKey, headers }, index) => {
      return { name, baseUrl, apiKey, headers, deadlines, isFirst: index === 0 };
    });
  });
}
