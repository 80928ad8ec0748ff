import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { phraseFolder } from './call/phrase-cache.ts';
import { oldNamesIn, processSources } from './config/load.ts';
import { proxyFor } from './config/proxy.ts';
import { isLoopback, secretProblem } from './config/rules.ts';
import type { Config } from './config/schema.ts';
import { CallRooms } from './dispatch/call-rooms.ts';
import { refuseWhenFull } from './dispatch/full-line.ts';
import { forkHosts } from './dispatch/host-child.ts';
import { checkMedia, type MediaWatch, watchMedia } from './dispatch/media.ts';
import { poolSize } from './dispatch/pool-size.ts';
import { createWorker, type Worker } from './dispatch/worker.ts';
import { CallBoard } from './observe/call-board.ts';
import { EndpointBoard } from './observe/endpoint-board.ts';
import type { Report } from './observe/facts.ts';
import { createLog, type Log } from './observe/log.ts';
import { createMetrics } from './observe/metrics.ts';
import { statusOf, type WorkerStatus } from './observe/status.ts';
import { traceIdOf } from './observe/trace/ids.ts';
import { tracesUrl } from './observe/trace/open-tracing.ts';
import { systemClock } from './openai/clock.ts';
import { goThroughProxies } from './openai/proxied-fetch.ts';
import { requirePersona } from './persona/choose.ts';
import { createPersonaStore, type PersonaStore } from './persona/store.ts';
import { isOfRecord } from './records/call-record.ts';
import { type CallRecords, openRecords } from './records/open.ts';
import { openCredentials } from './web/credentials.ts';
import type { OwnCalls } from './web/find-call.ts';
import { type Listener, listen, listenForOps } from './web/listen.ts';
import type { OpsParts, Unready } from './web/ops.ts';

/** Of LiveKit's API. */
const LIVEKIT_TIMEOUT_S = 5;

export interface Serving {
  /** `false` serves the page alone. */
  worker: boolean;
  /** Without `WEB_TOKEN`, let browsers of this machine call. */
  openLocally: boolean;
}

/**
 * Composes this process: the worker, the page, or both, and beside them health and metrics. Returns when it was
 * told to stop by SIGTERM (running calls are waited for) or SIGINT (they are ended); a second signal ends it at once.
 *
 * @throws AppError when LiveKit cannot be reached, a port is taken, or PROMPT cannot be used.
 */
export async function serve(config: Config, { worker: withWorker, openLocally }: Serving): Promise<void> {
  const log = createLog(config.log);
  let serving = (_running: Running) => {};
  const stopped = stopOnSignals(new Promise((resolve) => (serving = resolve)), log);
  const page = !withWorker || config.web.enabled;
  const credentials = page ? openCredentials(config.web, processSources().read) : undefined;
  warnAboutSecret(config, log);
  for (const { old, now } of oldNamesIn(processSources()))
    log.warn({ old, now }, 'setting has a new name; the next version does not know the old one');
  goThroughProxies((url) => proxyFor(url, config.proxy));
  // First, as it takes a second or two, beside everything else.
  const media = withWorker ? watchMedia({ check: checkMedia, log }) : undefined;
  const personas = createPersonaStore({ dir: config.agent.promptsDir, log });
  await personas.load();
  requirePersona(personas, config.agent.prompt);
  const stopWatching = personas.watch();

  let onRegistered = () => {};
  const opened = withWorker
    ? await openWorker({ config, log, media, personas, onRegistered: () => onRegistered() })
    : undefined;
  const { worker, metrics, records } = opened ?? {
    metrics: createMetrics(),
    worker: undefined,
    records: undefined,
  };
  const unready = () => reasonsAgainst(worker, media);
  const status = opened && (() => opened.status(unready));
  const ownCalls = opened && status && ownCallsOf(opened.rooms, status);
  const listening = ownCalls && { calls: ownCalls, livekit: config.livekit };
  const ops = await serveOps(config, { metrics, unready, status, listening });
  log.info({ url: ops.url }, 'health listening');
  const lines = worker && {
    lines: async () => (worker.isFull() ? ('busy' as const) : ('unknown' as const)),
    isComing: (room: string) => worker.isComing(room),
    status,
    ownCalls,
    whenRegistered: (listener: () => void) => {
      onRegistered = listener;
    },
  };
  const web = credentials && (await listen({ config, personas, log, credentials, openLocally, ...lines }));

  const stopRefusing = worker && refusePhones(worker, { config, log, report: metrics.report });
  serving({ worker, web, records });
  await (worker ? Promise.race([worker.run(), stopped]) : stopped);
  await stopped;
  stopWatching();
  media?.stop();
  stopRefusing?.();
  await ops.close();
  process.exit(0);
}

/** Once no slot is left for them. */
function refusePhones(
  { facts, isComing, isFull }: Worker,
  { config, log, report }: { config: Config; log: Log; report: Report },
): () => void {
  const { url, apiKey, apiSecret } = config.livekit;
  const options = { requestTimeout: LIVEKIT_TIMEOUT_S, failover: false };
  return refuseWhenFull({
    rooms: new RoomServiceClient(url, apiKey, apiSecret, options),
    dispatches: new AgentDispatchClient(url, apiKey, apiSecret, options),
    isComing,
    isFull: () => !facts.isDraining() && isFull(),
    ...{ clock: systemClock, log, report },
  });
}

/** The extension follows how this file runs: .ts under tsx, .js in dist. */
const hostFile = () => import.meta.filename.replace(/serve(\.[jt]s)$/, 'host/main$1');

interface WorkerSources {
  personas: PersonaStore;
  config: Config;
  log: Log;
  media: MediaWatch | undefined;
  onRegistered(): void;
}

/** The worker, and the metrics of all its calls. Its host processes end with this one, however that ends. */
async function openWorker({ config, log, media, personas, onRegistered }: WorkerSources) {
  let report: Report = () => {};
  const records = await openRecords({ config, log, clock: systemClock, report: (fact) => report(fact) });
  const calls = new CallBoard();
  const rooms = new CallRooms();
  const endpoints = new EndpointBoard();
  const worker = createWorker({
    ...{
      config,
      log,
      onTold(told) {
        if (told.kind === 'live') calls.told(told.jobId, told.fact);
        else if (isOfRecord(told.event)) records.happened(told.event);
      },
      onOver: records.over,
      onRegistered,
      size: poolSize(config.agent, availableParallelism()),
      startHost: rooms.hear(forkHosts(hostFile())),
    },
    report(fact) {
      if (fact.fact === 'call-not-connected') media?.callFailed();
      metrics.report(fact);
      endpoints.take(fact);
    },
  });
  const metrics = createMetrics(
    {
      ...worker.facts,
      records: records.kept,
      brokenPrompts: personas.broken,
    },
    config.metrics.prices,
  );
  report = metrics.report;
  process.once('exit', () => worker.kill());
  const { facts } = worker;
  const traced = tracesUrl(config.trace) ? { traceIdOf } : {};
  const status = (unready: Unready) => statusOf({ facts, calls, endpoints, unready, ...traced });
  return { worker, metrics, records, status, rooms };
}

/** Those that operators see, and may listen to. */
function ownCallsOf(rooms: CallRooms, status: () => WorkerStatus): OwnCalls {
  return {
    find(callId) {
      const room = rooms.roomOf(callId);
      const prompt = status().calls.find(({ id }) => id === callId)?.prompt;
      return room === undefined || prompt === undefined ? undefined : { room, prompt };
    },
    listened: (callId) => rooms.listened(callId),
  };
}

function reasonsAgainst(worker: Worker | undefined, media: MediaWatch | undefined): string[] {
  return [
    ...(worker && !worker.facts.isRegistered() ? ['not registered with LiveKit'] : []),
    ...(worker?.facts.isDraining() ? ['draining'] : []),
    ...(worker && !worker.isWarm() ? ['no host process is warm'] : []),
    ...[media?.problem() ?? []].flat(),
  ];
}

/** Health, metrics and what runs. */
async function serveOps({ agent }: Config, parts: OpsParts): Promise<Listener> {
  const ops = await listenForOps({ ...parts, host: agent.healthHost, port: agent.healthPort });
  return {
    url: ops.url,
    async close() {
      await ops.close();
      await rm(phraseFolder(process.pid), { recursive: true, force: true });
    },
  };
}

/** LiveKit itself only logs an error for a short secret; the development pair is fine where nobody else can come. */
function warnAboutSecret({ livekit }: Config, log: Log): void {
  const problem = isLoopback(livekit.url) ? secretProblem(livekit.apiSecret) : undefined;
  if (problem)
    log.warn({ got: problem.got, want: problem.want }, 'LIVEKIT_API_SECRET is for this machine only');
}

interface Running {
  worker: Worker | undefined;
  web: Listener | undefined;
  records: CallRecords | undefined;
}

/** @param running - one who is told to stop while it starts, stops when it has started: what it keeps is then left in order. */
function stopOnSignals(running: Promise<Running>, log: Log): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = async (signal: NodeJS.Signals) => {
      if (stopping) process.exit(130);
      stopping = true;
      log.info({ signal }, 'stopping');
      const { worker, web, records } = await running;
      // The page goes first: it would send callers to a worker that takes none.
      await web?.close();
      await worker?.stop({ drain: signal === 'SIGTERM' });
      await records?.close();
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
