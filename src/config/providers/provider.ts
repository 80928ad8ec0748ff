import type { llm, stt, tts } from '@livekit/agents';
import type { z } from 'zod';
import type { Setting } from '../setting.ts';

/** What a provider serves. */
export type Stage = 'stt' | 'llm' | 'tts';

export type SettingGroup = Readonly<Record<string, Setting>>;
export type Values<G extends SettingGroup> = { readonly [K in keyof G]: z.output<G[K]['type']> };

/**
 * Who transcribes, answers or speaks. A provider is one file that exports one of these, and one line in `table.ts`: its
 * name there is a choice of `STT_PROVIDER`, `LLM_PROVIDER` or `TTS_PROVIDER`, for the stages that it has.
 *
 * A stage without `plugin` is spoken to with this program's own clients: by the OpenAI-compatible API at the stage's
 * `*_BASE_URL`, or by the provider's `wire` at the provider's own `baseUrl`. One with `plugin` makes what LiveKit's framework takes instead; then it retries and fails as it does
 * itself, and the framework converts its sample rates. It imports its library when it makes something, not before: this
 * folder is part of every process.
 */
export interface Provider<S extends SettingGroup = SettingGroup> extends Offers<S> {
  /** Settings of its own: a group of the configuration, by its name. `baseUrl` among them is where it is reached. */
  settings: S;
  /** Those that must be set where a stage has its plugin, with what each is. */
  needs?: { readonly [K in keyof S]?: string };
  /** Its protocol, of which our clients know how it is spoken (`openai/wires.ts`). Its settings have `baseUrl` and `apiKey`. */
  wire?: {
    name: string;
    /** The URL that the paths of requests follow, from what the user wrote. */
    baseUrl(given: string): string;
  };
}

/** What it offers for each stage; nothing for those that it does not serve. */
export type Offers<S extends SettingGroup = SettingGroup> = { readonly [K in Stage]?: Offer<K, S> };

interface Offer<K extends Stage, S extends SettingGroup> {
  defaultModel: string;
  /** The model says whose voice it is: it takes no other. */
  modelIsVoice?: boolean;
  plugin?: Plugins<S>[K];
}

export interface Plugins<S extends SettingGroup = SettingGroup> {
  stt: SttPlugin<S>;
  llm: LlmPlugin<S>;
  tts: TtsPlugin<S>;
}

export type Providers = Readonly<Record<string, Provider>>;

interface Made<S extends SettingGroup> {
  /** Its own settings, complete. */
  own: Values<S>;
  model: string;
}

/** A transcriber that streams: the framework begins and ends turns with it, by the detector and `TURN_DETECTION`. */
export interface SttPlugin<S extends SettingGroup = SettingGroup> {
  /** `false`: the framework opens its stream again when it breaks. */
  retriesItself: boolean;
  create(parts: Made<S> & { language: string | undefined }): Promise<stt.STT>;
}

export interface LlmPlugin<S extends SettingGroup = SettingGroup> {
  create(
    parts: Made<S> & { temperature: number | undefined; maxTokens: number | undefined },
  ): Promise<llm.LLM>;
}

export interface TtsPlugin<S extends SettingGroup = SettingGroup> {
  create(parts: Made<S> & { voice: string; speed: number | undefined }): Promise<tts.TTS>;
}
