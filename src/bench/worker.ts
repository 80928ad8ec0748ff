import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processSources } from '../config/load.ts';
import type { Service } from '../dev/child.ts';
import { nodeArgs } from '../dev/context.ts';
import type { LiveKit } from '../dev/livekit.ts';
import { parseLogLine } from '../dev/log-line.ts';
import { startService } from '../dev/ready.ts';

/** The log line that tells that a worker takes calls. */
export const REGISTERED = 'worker registered';
export const AGENT_NAME = 'bench-agent';

/** A busy machine needs long to load the framework's native modules. */
const READY_WITHIN_MS = 90_000;
const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url));

export interface WorkerOptions {
  /** `own`: this project's `start`. `stock`: the plugins' pipeline. */
  pipeline: 'own' | 'stock';
  livekit: LiveKit;
  /** Base URL of the simulated endpoints; `undefined` leaves the environment's. */
  endpointsUrl: string | undefined;
  /** Settings on top; empty is the default configuration. */
  settings: Readonly<Record<string, string>>;
  /** Its log goes here; it runs here too, away from any `.env` of the user. */
  dir: string;
}

/** A worker as in production but for the addresses of LiveKit and endpoints, run by Node as the bench itself is. */
export async function startWorker({
  pipeline,
  livekit,
  endpointsUrl,
  settings,
  dir,
}: WorkerOptions): Promise<Service> {
  const { env } = processSources();
  const { PATH, HOME } = env;
  const service = startService({
    name: `the ${pipeline} worker`,
    withinMs: READY_WITHIN_MS,
    command: process.execPath,
    args: pipeline === 'own' ? nodeArgs('main', 'start') : nodeArgs('bench/stock-worker'),
    env: {
      ...(endpointsUrl === undefined
        ? env
        : { PATH, HOME, OPENAI_BASE_URL: endpointsUrl, OPENAI_API_KEY: 'simulated' }),
      NODE_ENV: 'production',
      LIVEKIT_URL: livekit.url,
      LIVEKIT_API_KEY: livekit.apiKey,
      LIVEKIT_API_SECRET: livekit.apiSecret,
      AGENT_NAME,
      PROMPTS_DIR: PROMPTS,
      WEB_PORT: '0',
      HEALTH_PORT: '0',
      ...settings,
    },
    cwd: dir,
    logFile: join(dir, `worker-${pipeline}.log`),
    stopSignal: 'SIGINT',
    readyAt: (line) => parseLogLine(line)?.msg === REGISTERED,
  });
  await service.ready;
  return service;
}
