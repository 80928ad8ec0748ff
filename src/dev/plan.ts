import { isGiven, loadConfig, type Sources } from '../config/load.ts';
import { proxyFor } from '../config/proxy.ts';
import { isLoopback } from '../config/rules.ts';
import type { Config } from '../config/schema.ts';
import { ConfigError } from '../errors.ts';
import type { KeyPair } from './livekit-keys.ts';

export type Stage = 'stt' | 'llm' | 'tts';
export const STAGES: readonly Stage[] = ['stt', 'llm', 'tts'];

/** Where a LiveKit on a developer's machine usually listens. */
const LIVEKIT_URL = 'ws://127.0.0.1:7880';
const LOCAL_HOSTS = '127.0.0.1,localhost';

/** Models on this machine, for stages that `--real` asked for. */
export type RealModels = Partial<Record<Stage, RealModel>>;

export interface RealModel {
  /** Base URL of what serves it. */
  url: string;
  /** What it is asked for, and shown as. */
  name: string;
  /** For the table. */
  detail: string;
}

/** What `npm run dev` starts, and with which settings. */
export interface Plan {
  /** As the worker will see it. */
  config: Config;
  /** Settings, by their environment variable, that the user left open and dev fills. */
  filled: Readonly<Record<string, string>>;
  /** Whether LIVEKIT_URL is the user's. */
  livekitGiven: boolean;
  /** Stages with neither an endpoint configured nor a real model here: these get the stand-in model. */
  standIns: readonly Stage[];
  real: RealModels;
}

/**
 * The user's settings, where a required one that is set nowhere gets dev's value. A wrong value is
 * as wrong here as in production.
 *
 * @param standInUrl - base URL of the stand-in models
 * @param keys - for a LiveKit of ours
 * @param real - models for stages with no endpoint configured
 * @throws ConfigError listing every fault.
 */
export function planDev(sources: Sources, standInUrl: string, keys: KeyPair, real: RealModels = {}): Plan {
  const open = openSettings(sources);
  const standIns = openStages(sources).filter((stage) => real[stage] === undefined);
  const filled: Record<string, string> = {};
  for (const stage of standIns) Object.assign(filled, modelSettings(stage, standInUrl, `stand-in-${stage}`));
  for (const stage of STAGES) {
    const { url, name } = real[stage] ?? {};
    if (url === undefined || name === undefined) continue;
    Object.assign(filled, modelSettings(stage, url, name));
    for (const [key, value] of Object.entries(slowSettings(stage)))
      if (!isGiven(sources, key)) filled[key] = value;
  }
  const livekitGiven = !open.has('LIVEKIT_URL');
  if (!livekitGiven) {
    // Credentials only for a server of ours: somebody else's takes its own, and their lack is a fault to report.
    const ours = {
      LIVEKIT_URL,
      LIVEKIT_API_KEY: keys.apiKey,
      LIVEKIT_API_SECRET: keys.apiSecret,
    };
    for (const [key, value] of Object.entries(ours)) if (open.has(key)) filled[key] = value;
  }
  // Who runs this is the operator, and the page is theirs.
  if (!isGiven(sources, 'SHOW_FAULTS')) filled.SHOW_FAULTS = 'true';
  const config = loadConfig(withSettings(sources, filled));
  const { http, exempt } = config.proxy;
  // What runs here is not behind the user's proxy.
  if (http !== undefined && proxyFor(LIVEKIT_URL, config.proxy) !== undefined) {
    filled.NO_PROXY = [exempt, LOCAL_HOSTS].filter(Boolean).join(',');
    return { config: loadConfig(withSettings(sources, filled)), filled, livekitGiven, standIns, real };
  }
  return { config, filled, livekitGiven, standIns, real };
}

/** For a model that shares the processor with everything else: it is waited for, and asked nothing ahead of need. */
const slowSettings = (stage: Stage) => ({
  SPECULATION: 'transcript',
  [`${stage.toUpperCase()}_FIRST_BYTE_TIMEOUT_MS`]: '30000',
  [`${stage.toUpperCase()}_STALL_TIMEOUT_MS`]: '30000',
});

/** The same sources with these environment variables on top. */
export const withSettings = (sources: Sources, settings: Readonly<Record<string, string>>): Sources => ({
  ...sources,
  env: { ...sources.env, ...settings },
});

/** Stages with no endpoint configured. */
export function openStages(sources: Sources): readonly Stage[] {
  const open = openSettings(sources);
  return STAGES.filter((stage) => open.has(`${stage.toUpperCase()}_BASE_URL`));
}

/** Also the model's name, so that page, logs and metrics show a stand-in for what it is. */
const modelSettings = (stage: Stage, url: string, name: string) => ({
  [`${stage.toUpperCase()}_BASE_URL`]: url,
  [`${stage.toUpperCase()}_MODEL`]: name,
});

/** Required settings that neither environment nor file gives. */
export function openSettings(sources: Sources): ReadonlySet<string> {
  try {
    loadConfig(sources);
    return new Set();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return new Set(error.problems.filter(({ got }) => got === '(not set)').map(({ key }) => key));
  }
}

/** Where a livekit-server of ours listens: where the user expects one, if that is on this machine. */
export function livekitPort({ config }: Plan): number {
  const { url } = config.livekit;
  return (isLoopback(url) && Number(new URL(url).port)) || Number(new URL(LIVEKIT_URL).port);
}
