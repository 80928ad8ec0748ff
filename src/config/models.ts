import { AppError } from '../errors.ts';
import type { Offers, Plugins, Providers, Stage } from './providers/provider.ts';
import { PROVIDERS } from './providers/table.ts';
import type { Config } from './schema.ts';

/** Who serves a stage of a call. */
export interface Served<S extends Stage> {
  model: string;
  /** Where it is reached; empty where nobody says. */
  baseUrl: string;
  /** The model says whose voice it is. */
  modelIsVoice: boolean;
  /** Makes it, from `own`; `undefined` where our own clients speak to it. */
  plugin: Plugins[S] | undefined;
  /** The protocol of our own clients, where it is not OpenAI's. */
  wire: string | undefined;
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
  const wire = providers[name]?.wire;
  if (!offer) throw new AppError(`no provider «${name}» has a part for ${stage}`);
  const groups: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  const own = groups[name] ?? {};
  const { plugin, defaultModel, modelIsVoice = false } = offer;
  const given = plugin || wire ? own.baseUrl : baseUrl;
  const url = typeof given === 'string' ? given : '';
  return {
    ...{ model: model ?? defaultModel, modelIsVoice, plugin, own, wire: wire?.name },
    baseUrl: wire && url !== '' ? wire.baseUrl(url) : url,
  };
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
  /** The protocol, where it is not OpenAI's. */
  wire: string | undefined;
  /** The setting that holds the key. */
  keySetting: string;
}

type JsonFields = Config['llm']['extraBody'];

/** The servers of a stage that our own clients speak to, in the order in which they are asked. */
export function serversOf(
  config: Config,
  stage: Stage,
  providers: Providers = PROVIDERS,
): readonly [StageServer, ...StageServer[]] {
  const { provider: name, headers, extraBody, endpoints } = config[stage];
  const { model, baseUrl, wire, own } = servedBy(config, stage, providers);
  const apiKey = wire === undefined ? config[stage].apiKey : text(own.apiKey);
  const keySetting = wire === undefined ? keySettingOf(stage) : (providers[name]?.settings.apiKey?.env ?? '');
  const first = { ...{ baseUrl, apiKey, headers, model, voice: undefined, extraBody }, wire, keySetting };
  // Key and headers may be secrets of the first's.
  const others = endpoints.map((one, index) => {
    const isSame = one.provider === undefined || one.provider === name;
    const { wire: ofItsOwn, [stage]: offer } = providers[one.provider ?? name] ?? {};
    return {
      ...{ apiKey: one.apiKey, headers: undefined, voice: one.voice, wire: ofItsOwn?.name },
      baseUrl: ofItsOwn?.baseUrl(one.baseUrl) ?? one.baseUrl,
      model: one.model ?? (isSame ? model : (offer?.defaultModel ?? model)),
      extraBody: one.extraBody ?? (isSame ? extraBody : undefined),
      keySetting: `${keySettingOf(stage)}_${index + 2}`,
    };
  });
  return [first, ...others];
}

const keySettingOf = (stage: Stage) => `${stage.toUpperCase()}_API_KEY`;
const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** The model that each stage asks for. */
export function modelNames(config: Config): Record<Stage, string> {
  const nameOf = (stage: Stage) => servedBy(config, stage).model;
  return { stt: nameOf('stt'), llm: nameOf('llm'), tts: nameOf('tts') };
}

/** What callers hear, for people: the model and the voice, one of both where the model is the voice. */
export function voiceName(config: Config, voice: string = config.tts.voice): string {
  const { model, modelIsVoice } = servedBy(config, 'tts');
  return modelIsVoice ? model : `${model} · ${voice}`;
}

/** The model endpoints that are spoken to by the OpenAI-compatible API, with what a request to each needs. */
export function modelEndpoints(config: Config) {
  const stages: readonly Stage[] = ['stt', 'llm', 'tts'];
  return stages.flatMap((name) => {
    const deadlines = config[name];
    if (servedBy(config, name).plugin) return [];
    return serversOf(config, name).flatMap(({ baseUrl, apiKey, headers, wire }, index) => {
      if (baseUrl === '' || wire !== undefined) return [];
      return [{ name, baseUrl, apiKey, headers, deadlines, isFirst: index === 0 }];
    });
  });
}
