import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processSources } from '../config/load.ts';
import type { Service } from '../dev/child.ts';
import { nodeArgs } from '../dev/context.ts';
import type { LiveKit } from '../dev/livekit.ts';
import { parseLogLine } from '../dev/log-line.ts';
import { freeTcpPort } from '../dev/ports.ts';
import { startService } from '../dev/ready.ts';
import { AppError } from '../errors.ts';
import { REGISTERED, WARM } from './worker-lines.ts';

/** A busy machine needs long to load the framework's native modules. */
const READY_WITHIN_MS = 90_000;
const POLL_MS = 200;
/** Those of its workers. */
export const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url));

export interface WorkerOptions {
  /** `own`: this project's `start`. `stock`: the plugins' pipeline. */
  pipeline: 'own' | 'stock';
  livekit: LiveKit;
  agentName: string;
  /** Base URL of the simulated endpoints; `undefined` leaves the environment's. */
  endpointsUrl: string | undefined;
  /** Settings on top; empty is the default configuration. */
  settings: Readonly<Record<string, string>>;
  /** Folder of compiled programs, as in production; without one they run from source by tsx. */
  builtDir?: string;
  /** Node writes a CPU profile of each process of the worker here as it ends. */
  profileDir?: string | undefined;
  /** Its log goes here; it runs here too, away from any `.env` of the user. */
  dir: string;
}

/**
 * A worker as in production but for the addresses of LiveKit and endpoints, run by Node as the bench itself is. Returns
 * when a host process is warm.
 */
export async function startWorker(options: WorkerOptions): Promise<Service> {
  const { pipeline, agentName, builtDir, profileDir, dir } = options;
  const healthPort = await freeTcpPort();
  const awaited = new Set(pipeline === 'own' ? [REGISTERED] : [REGISTERED, WARM]);
  const service = startService({
    name: `the ${pipeline} worker`,
    withinMs: READY_WITHIN_MS,
    command: process.execPath,
    args: [
      ...(profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]),
      ...programArgs(pipeline, builtDir),
    ],
    env: environmentOf(options, healthPort),
    cwd: dir,
    logFile: join(dir, `worker-${pipeline}-${agentName}.log`),
    stopSignal: 'SIGINT',
    readyAt: (line) => awaited.delete(parseLogLine(line)?.msg ?? '') && awaited.size === 0,
  });
  try {
    await service.ready;
    if (pipeline === 'own') await untilReady(`http://127.0.0.1:${healthPort}/readyz`);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}

function environmentOf({ livekit, agentName, endpointsUrl, settings }: WorkerOptions, healthPort: number) {
  const { env } = processSources();
  const { PATH, HOME } = env;
  return {
    ...(endpointsUrl === undefined
      ? env
      : { PATH, HOME, OPENAI_BASE_URL: endpointsUrl, OPENAI_API_KEY: 'simulated' }),
    NODE_ENV: 'production',
    LIVEKIT_URL: livekit.url,
    LIVEKIT_API_KEY: livekit.apiKey,
    LIVEKIT_API_SECRET: livekit.apiSecret,
    AGENT_NAME: agentName,
    PROMPTS_DIR: PROMPTS,
    WEB_PORT: '0',
    HEALTH_PORT: String(healthPort),
    ...settings,
  };
}

function programArgs(pipeline: WorkerOptions['pipeline'], builtDir: string | undefined): string[] {
  const [program, ...args] = pipeline === 'own' ? (['main', 'start'] as const) : ['bench/stock-worker'];
  return builtDir === undefined ? nodeArgs(program, ...args) : [join(builtDir, `${program}.js`), ...args];
}

/** Until a host process is warm: a greeting is measured with a free slot. */
async function untilReady(url: string): Promise<void> {
  const endMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < endMs) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(POLL_MS);
  }
  throw new AppError(`${url} was not ready within ${READY_WITHIN_MS} ms`);
}
