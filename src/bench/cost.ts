import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveKit, startLiveKit } from '../dev/livekit.ts';
import { cacheDir, findLiveKitBinary } from '../dev/livekit-binary.ts';
import { AppError } from '../errors.ts';
import { buildPrograms } from './built.ts';
import { type CallPlan, runCall } from './call.ts';
import type { CostCall, CostPair, CostReport } from './cost-report.ts';
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

interface CostParts {
  livekit: LiveKit;
  endpoints: Endpoints;
  collector: Collector;
  builtDir: string;
  dir: string;
  options: BenchOptions;
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
  const [plan] = await planWithSounds({ ...options, calls: 1 }, join(cacheDir(), 'bench'));
  if (!plan) throw new AppError('the set of the bench has no sentences');
  const onProgress = (text: string) => showProgress(text, true);
  const builtDir = await buildPrograms();
  const binary = await findLiveKitBinary({ onProgress });
  const pairs: CostPair[] = [];
  const report = { startedAt: new Date().toISOString(), notes: conditions(), options, pairs };
  const livekit = await startLiveKit({ binary, logFile: join(dir, 'livekit.log') });
  const endpoints = await startEndpoints(options.speeds, dir);
  const collector = await startCollector();
  try {
    const parts = { livekit, endpoints, collector, builtDir, dir, options };
    while (pairs.length < options.pairs) {
      const pair: Partial<Record<'on' | 'off', CostCall>> = {};
      for (const side of pairs.length % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const))
        pair[side] = await oneCall(side, pairs.length + 1, plan, parts);
      pairs.push(pair as CostPair);
      await keep(report);
    }
    return report;
  } finally {
    collector.close();
    endpoints.close();
    await livekit.close();
  }
}

/** CPU is counted from a worker at rest to the same worker at rest again: what is written and sent after a call is of its cost. */
async function oneCall(
  side: 'on' | 'off',
  pair: number,
  plan: CallPlan,
  { livekit, endpoints, collector, builtDir, dir, options }: CostParts,
): Promise<CostCall> {
  const agentName = `bench-cost-${side}-${pair}`;
  const settings = side === 'on' ? allOn(collector.url, join(dir, `records-${pair}`)) : {};
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
      showProgress(`pair ${pair} ${side}: ${describeTurn(turn)}`);
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

const conditions = (): string[] => [
  `${describeMachine()}; everything on it`,
  'on          traces (OTLP), transcript, recording, webhook; off: the default configuration; each call has a worker of its own',
];
