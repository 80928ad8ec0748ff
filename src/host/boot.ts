import type { VAD } from '@livekit/agents';
import { rehearse } from '../call/rehearse.ts';
import { proxyFor, routeNativeClient } from '../config/proxy.ts';
import type { Config } from '../config/schema.ts';
import type { FfiClient, FfiClientWatch } from '../framework/ffi-client.ts';
import { openFfiClient } from '../framework/ffi-client.ts';
import type { Log } from '../observe/log.ts';
import { openTracing } from '../observe/trace/open-tracing.ts';
import type { Tracing } from '../observe/trace/tracing.ts';
import { goThroughProxies } from '../openai/proxied-fetch.ts';
import { createPersonaStore, type PersonaStore } from '../persona/store.ts';
import { loadLearned } from '../stages/turn/completeness/learned-judge.ts';
import { loadVad } from '../stages/vad.ts';
import { type InferenceExecutor, loadTurnModel } from './inference.ts';

/** What all calls of this process share. */
export interface Shared {
  config: Config;
  ffi: FfiClient;
  vad: VAD;
  /** `undefined` unless `TURN_DETECTION=model`. */
  turnModel: InferenceExecutor | undefined;
  personas: PersonaStore;
  /** `undefined` unless traces are wanted. */
  tracing: Tracing | undefined;
}

/**
 * Loads and tries once what each call would otherwise load and try for itself.
 *
 * @throws AppError when a model cannot be loaded.
 */
export async function boot(config: Config, log: Log, faults: FfiClientWatch): Promise<Shared> {
  routeNativeClient(config);
  goThroughProxies((url) => proxyFor(url, config.proxy));
  const ffi = await openFfiClient(faults);
  if (config.turn.detection === 'learned') loadLearned();
  const [vad, turnModel, tracing] = await Promise.all([
    loadVad(config.turn),
    config.turn.detection === 'model' ? loadTurnModel() : undefined,
    openTracing(config, log),
  ]);
  // Quiet: the worker's process reads the same files, and says once what is wrong with them.
  const personas = createPersonaStore({ dir: config.agent.promptsDir, log, quiet: true });
  // What is wrong with it shows, and is told, when a call starts.
  await rehearse({ config, personas, vad }).catch((error) => log.debug({ error }, 'not rehearsed'));
  return { config, ffi, vad, turnModel, personas, tracing };
}
