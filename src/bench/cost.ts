import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveKit, startLiveKit } from '../dev/livekit.ts';
import { cacheDir, findLiveKitBinary } from '../dev/livekit-binary.ts';
import { AppError } from '../errors.ts';
import { buildPrograms } from './built.ts';
import { type CallPlan, runCall } from './call.ts';
import type { AgainstReport } from './cost-against.ts';
import type { CostCall, CostReport } from './cost-report.ts';
import { createEar } from './ear.ts';
import { type Endpoints, startEndpoints } from './endpoints.ts';
import { untilAtRest } from './load.ts';
import { planWithSounds } from './measure.ts';
import { describeMachine } from './notes.ts';
import type { BenchOptions } from './options.ts';
import { describeTurn, showProgress } from './progress.ts';
import { cpuOf } from './usage.ts';
import { startWorker } from './worker.ts';

/** OpenTelemetry's SDK sends its last batch within 5 s (`OTEL_BSP_SCHEDULE_DELAY`). */
const SENT_AFTER_MS = 6000;

/** Takes the traces and messages of the worker, and counts them: what is switched on must arrive, or its cost is not measured. */
interface Collector {
  readonly url: string;
  readonly arrived: { traces: number; messages: number };
  close(): void;
}

interface CostWorld {
  plan: CallPlan;
  livekit: LiveKit;
  endpoints: Endpoints;
  collector: Collector;
  builtDir: string;
  dir: string;
  options: BenchOptions;
  close(): Promise<void>;
}

/** What one call of a round differs in from the others. */
interface Side {
  builtDir: string;
  settings?: Readonly<Record<string, string>>;
}

/**
 * The same call with and without traces, transcript, recording and webhook, in pairs: a worker of its own for each, the order of
 * the two changing from pair to pair.
 *
 * @param dir - gets the logs and records.
 * @param keep - told the report after each pair.
 */
export async function measureCost(
  options: BenchOptions,
  dir: string,
  keep: (report: CostReport) => Promise<void>,
): Promise<CostReport> {
  const world = await openWorld(options, dir);
  const { builtDir, collector } = world;
  const pairs: CostReport['pairs'][number][] = [];
  const report = { startedAt: new Date().toISOString(), notes: [machine(), ON], options, pairs };
  try {
    while (pairs.length < options.pairs) {
      const records = join(dir, `records-${pairs.length + 1}`);
      const on = { builtDir, settings: allOn(collector.url, records) };
      pairs.push(await oneRound({ off: { builtDir }, on }, pairs.length, world));
      await keep(report);
    }
    return report;
  } finally {
    await world.close();
  }
}

/**
 * The same call by the default configuration of this checkout and, twice, of another one: what all of it costs that is switched
 * off, beside how far two calls of the same program lie apart.
 *
 * @param against - folder of the other checkout, with its dependencies installed.
 */
export async function measureAgainst(
  options: BenchOptions,
  against: string,
  dir: string,
  keep: (report: AgainstReport) => Promise<void>,
): Promise<AgainstReport> {
  const before = { builtDir: await buildPrograms(resolve(against)) };
  const world = await openWorld(options, dir);
  const here = { builtDir: world.builtDir };
  const rounds: AgainstReport['rounds'][number][] = [];
  const report = { startedAt: new Date().toISOString(), notes: [machine(), AGAINST], options, rounds };
  try {
    while (rounds.length < options.pairs) {
      rounds.push(await oneRound({ before, here, again: before }, rounds.length, world));
      await keep(report);
    }
    return report;
  } finally {
    await world.close();
  }
}

async function openWorld(options: BenchOptions, dir: string): Promise<CostWorld> {
  const [plan] = await planWithSounds({ ...options, calls: 1 }, join(cacheDir(), 'bench'));
  if (!plan) throw new AppError('the set of the bench has no sentences');
  const builtDir = await buildPrograms();
  const binary = await findLiveKitBinary({ onProgress: (text) => showProgress(text, true) });
  const livekit = await startLiveKit({ binary, logFile: join(dir, 'livekit.log') });
  const endpoints = await startEndpoints(options.speeds, dir);
  const collector = await startCollector();
  return {
    ...{ plan, livekit, endpoints, collector, builtDir, dir, options },
    async close() {
      collector.close();
      endpoints.close();
      await livekit.close();
    },
  };
}

/** A call of each side, another one first in each round. */
async function oneRound<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  roundsBefore: number,
  world: CostWorld,
): Promise<Record<Name, CostCall>> {
  const names = Object.keys(sides) as Name[];
  const first = roundsBefore % names.length;
  const calls: Partial<Record<Name, CostCall>> = {};
  for (const name of [...names.slice(first), ...names.slice(0, first)])
    calls[name] = await oneCall(`${name}-${roundsBefore + 1}`, sides[name], world);
  return calls as Record<Name, CostCall>;
}

/** CPU is counted from a worker at rest to the same worker at rest again: what is written and sent after a call is of its cost. */
async function oneCall(
  name: string,
  { builtDir, settings }: Side,
  { plan, livekit, endpoints, collector, dir, options }: CostWorld,
): Promise<CostCall> {
  const agentName = `bench-cost-${name}`;
  const before = { ...collector.arrived };
  const worker = await startWorker({
    ...{ pipeline: 'own', livekit, agentName, endpointsUrl: endpoints.baseUrl, builtDir, dir },
    settings: { ...settings, ...options.settings },
  });
  try {
    await endpoints.answer(plan.answerLength);
    await untilAtRest(worker.pid);
    const cpuBeforeS = await cpuOf(worker.pid);
    const onTurn = (turn: Parameters<typeof describeTurn>[0]) =>
      showProgress(`${name}: ${describeTurn(turn)}`);
    const room = `${plan.room}-${agentName}-${process.pid}`;
    const { durationMs, turns } = await runCall(
      { ...plan, room },
      { livekit, agentName, ear: createEar(endpoints), workerPid: worker.pid, onTurn },
    );
    await sleep(SENT_AFTER_MS);
    await untilAtRest(worker.pid);
    const cpuS = (await cpuOf(worker.pid)) - cpuBeforeS;
    const { traces, messages } = collector.arrived;
    return {
      ...{ cpuS, durationMs, traces: traces - before.traces, messages: messages - before.messages },
      voiceToVoiceMs: turns.flatMap(({ voiceToVoiceMs }) => voiceToVoiceMs ?? []),
      lost: turns.filter(({ lost }) => lost).length,
    };
  } finally {
    await worker.stop();
  }
}

const allOn = (collectorUrl: string, recordsDir: string): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
  RECORDS_DIR: recordsDir,
  TRANSCRIPTS: 'true',
  RECORDING: 'on',
  WEBHOOK_URL: `${collectorUrl}/webhook`,
  WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
});

async function startCollector(): Promise<Collector> {
  const arrived = { traces: 0, messages: 0 };
  const server: Server = createServer((request, response) => {
    arrived[request.url === '/webhook' ? 'messages' : 'traces'] += 1;
    request.resume().once('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new AppError('the collector has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    arrived,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const machine = () => `${describeMachine()}; everything on it`;
const ON =
  'on          traces (OTLP), transcript, recording, webhook; off: the default configuration; each call has a worker of its own';
const AGAINST =
  'before      the other checkout, again: a second time; all by the default configuration, each call with a worker of its own';
