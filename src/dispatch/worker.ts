import { AgentServer, InferenceRunner, type JobRequest, ServerOptions } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import { AppError, messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import type { WorkerFacts } from '../observe/metrics.ts';
import { socketAgentFor } from '../openai/proxy.ts';
import { hideUrlSecrets } from '../urls.ts';
import { reportLoadAtOnce } from './load-report.ts';
import { CHECK_ROOM_PREFIX } from './media.ts';
import { createRegistration } from './registration.ts';
import { createSlots, type Slots } from './slots.ts';
import { openSocketsThrough } from './socket-proxy.ts';

/** A small or busy machine needs seconds to start a call process; the framework's 10 s kill it in a loop. */
const INITIALIZE_TIMEOUT_MS = 60_000;
/** A call process that is asked to end has said good-bye already; one still starting never answers at all. */
const SHUTDOWN_TIMEOUT_MS = 5000;

/** The server's own `agents.target_load`: see `slots.ts`. */
const LOAD_THRESHOLD = 0.7;

export interface WorkerParts {
  config: Config;
  log: Log;
  /** File that each call's process imports. */
  agentFile: string;
}

/** The registered worker of this process. */
export interface Worker {
  readonly facts: WorkerFacts;
  /** Serves until `stop`. @throws AppError when LiveKit cannot be reached for about 80 s. */
  run(): Promise<void>;
  /** Takes no new calls, waits for the running ones up to `DRAIN_TIMEOUT_MS`, then ends. */
  stop(options: { drain: boolean }): Promise<void>;
}

export function createWorker({ config, log, agentFile }: WorkerParts): Worker {
  const slots = createSlots(config.agent.maxCalls, () => server.activeJobs.map(({ job }) => job.id));
  if (config.turn.detection !== 'model') leaveOutTurnModel();
  const registration = createRegistration();
  const load = () => {
    registration.seen();
    return slots.load();
  };
  let stopping = false;
  const isTaken = (jobId: string) => !stopping && slots.take(jobId);
  const options = serverOptions({ config, agentFile, slots, load, isTaken, log });
  const server = new AgentServer(options);
  const proxied = socketAgentFor(config.livekit.url);
  if (proxied) openSocketsThrough(config.livekit.url, proxied);
  server.event.on('worker_registered', (workerId: string) => {
    registration.seen();
    // Calls go on while only the worker's own connection is down: once registered, never give up on it.
    options.maxRetry = Number.MAX_SAFE_INTEGER;
    log.info({ workerId, agentName: config.agent.name, slots: config.agent.maxCalls }, 'worker registered');
  });
  const stopReporting = reportLoadAtOnce(server, slots, LOAD_THRESHOLD);
  return {
    facts: {
      slots: config.agent.maxCalls,
      slotsUsed: slots.used,
      isRegistered: () => !stopping && registration.isFresh(),
      isDraining: () => stopping,
    },
    async run() {
      try {
        await server.run();
      } catch (error) {
        if (stopping) return;
        throw new AppError(
          `worker lost LiveKit at ${hideUrlSecrets(config.livekit.url)}: ${messageOf(error)}`,
          {
            hint: `check LIVEKIT_URL, that LIVEKIT_API_KEY and LIVEKIT_API_SECRET are the server’s${proxied ? ', and HTTP_PROXY, HTTPS_PROXY and NO_PROXY, by which a proxy leads there' : ''}`,
            cause: error,
          },
        );
      }
    },
    async stop({ drain }) {
      stopping = true;
      stopReporting();
      if (drain) await drainCalls(server, slots, log);
      await server.close();
    },
  };
}

/** The method under which the framework registers its on-device turn model (agents 1.9.0). */
const TURN_MODEL = 'lk_eot_audio';

/**
 * The framework starts a process that holds the turn model, about 350 MB, whether it is used or not. A registration
 * that it finds but does not list keeps it from doing so.
 */
function leaveOutTurnModel(): void {
  Object.defineProperty(InferenceRunner.registeredRunners, TURN_MODEL, {
    value: 'not used',
    enumerable: false,
  });
}

async function drainCalls(server: AgentServer, slots: Slots, log: Log): Promise<void> {
  log.info({ calls: slots.used() }, 'draining');
  try {
    await server.drain();
  } catch (error) {
    log.warn({ calls: slots.used(), error: messageOf(error) }, 'drain limit reached, ending running calls');
  }
}

interface ServerParts extends WorkerParts {
  slots: Slots;
  load(): number;
  /** Takes a slot for the job, if it may have one. */
  isTaken(jobId: string): boolean;
}

/**
 * `production: false` only keeps the framework from replacing a 0 by its own default (`port || 8081`); every
 * value is given, and neither its CLI nor `LIVEKIT_DEV_MODE` is involved.
 */
function serverOptions({ config, agentFile, slots, load, isTaken, log }: ServerParts): ServerOptions {
  const { livekit, agent } = config;
  return new ServerOptions({
    agent: agentFile,
    agentName: agent.name,
    wsURL: workerUrl(livekit.url),
    apiKey: livekit.apiKey,
    apiSecret: livekit.apiSecret,
    // Its own health endpoint is not ours (`web/ops.ts`): out of the way, on any free port.
    host: '127.0.0.1',
    port: 0,
    production: false,
    numIdleProcesses: agent.idleProcesses,
    initializeProcessTimeout: INITIALIZE_TIMEOUT_MS,
    shutdownProcessTimeout: SHUTDOWN_TIMEOUT_MS,
    drainTimeout: agent.drainTimeoutMs,
    loadThreshold: LOAD_THRESHOLD,
    loadFunc: async () => load(),
    requestFunc: (request) => answer(request, { slots, isTaken, log }),
  });
}

/** The framework appends `agent` to the URL as text: below a path it needs the slash, at the root it brings one. */
function workerUrl(url: string): string {
  const { pathname } = new URL(url);
  return pathname === '/' ? url.replace(/\/+$/, '') : url.replace(/\/*$/, '/');
}

/** Accepts while a slot is free; rooms of `media-check.ts` need no agent. A refused job goes to another worker, or is asked for again by the token route. */
async function answer(
  request: JobRequest,
  { slots, isTaken, log }: Pick<ServerParts, 'slots' | 'isTaken' | 'log'>,
): Promise<void> {
  if (request.room?.name.startsWith(CHECK_ROOM_PREFIX)) return request.reject();
  const fields = { jobId: request.id, slotsUsed: slots.used(), pii_room: request.room?.name };
  if (isTaken(request.id)) {
    log.info(fields, 'job accepted');
    await request.accept();
  } else {
    log.warn(fields, 'job refused: every call slot is taken, or the worker is stopping');
    await request.reject();
  }
}
