import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LiveKit, startLiveKit } from '../dev/livekit.ts';
import { cacheDir, findLiveKitBinary } from '../dev/livekit-binary.ts';
import type { CallPlan } from './call.ts';
import { makeCorpus, type Utterance } from './corpus.ts';
import { readLines } from './corpus-text.ts';
import { type Endpoints, startEndpoints } from './endpoints.ts';
import { describeConditions } from './notes.ts';
import type { BenchOptions } from './options.ts';
import { planCalls } from './plans.ts';
import { describeTurn, showProgress } from './progress.ts';
import type { Report } from './report.ts';
import type { RunResult } from './results.ts';
import { runPlans } from './run.ts';
import { measureTransport } from './transport.ts';

const TEXT = fileURLToPath(new URL('utterances.txt', import.meta.url));

/**
 * Starts what calls need, makes them with each pipeline in turn, and ends it all.
 *
 * @param dir - gets the logs.
 * @throws AppError for whatever cannot be started.
 */
export async function measure(options: BenchOptions, dir: string): Promise<Report> {
  const startedAt = new Date().toISOString();
  const sounds = join(cacheDir(), 'bench');
  const plans = await planWithSounds(options, sounds);
  const used = [...new Set(plans.flatMap(({ utterances }) => utterances))];
  const binary = await findLiveKitBinary({ onProgress: (text) => showProgress(text, true) });
  const livekit = await startLiveKit({ binary, logFile: join(dir, 'livekit.log') });
  const endpoints = options.realEndpoints ? undefined : await startEndpoints(options.speeds, dir);
  try {
    const transportMs = await measureTransport(livekit);
    const notes = describeConditions(options, used, { binary, transportMs, cacheDir: sounds });
    const runs: RunResult[] = [];
    for (const pipeline of options.baseline ? (['own', 'stock'] as const) : (['own'] as const))
      runs.push(await runOne(pipeline, options, { livekit, endpoints, plans, dir }));
    const speeds = endpoints && options.speeds;
    return { startedAt, notes, options, speeds, transportMs, runs };
  } finally {
    endpoints?.close();
    await livekit.close();
  }
}

/** The calls to make, with the sounds of all that is said in them. */
async function planWithSounds(options: BenchOptions, cacheDir: string): Promise<CallPlan[]> {
  const plans = planCalls(options, await readLines(TEXT));
  const lines = [...new Set(plans.flatMap(({ utterances }) => utterances))];
  const made = await makeCorpus(lines, {
    cacheDir,
    onMade: (count) =>
      showProgress(`callers' voices: ${count} of ${lines.length} sentences`, count < lines.length),
  });
  const sounds = new Map(lines.map((line, index) => [line, made[index] as Utterance]));
  return plans.map((plan) => ({
    ...plan,
    utterances: plan.utterances.map((line) => sounds.get(line) as Utterance),
  }));
}

interface Shared {
  livekit: LiveKit;
  endpoints: Endpoints | undefined;
  plans: readonly CallPlan[];
  dir: string;
}

/** Settings of the user are ours alone: the stock pipeline knows none of them. */
function runOne(pipeline: RunResult['pipeline'], options: BenchOptions, shared: Shared): Promise<RunResult> {
  const mode = options.sttMode === 'batch' ? {} : { STT_MODE: options.sttMode };
  return runPlans({
    ...{ ...shared, pipeline, parallel: options.parallel },
    sttMode: pipeline === 'own' ? options.sttMode : 'batch',
    settings: pipeline === 'own' ? { ...mode, ...options.settings } : {},
    onTurn: ({ set, utterances }, call, turn, result) =>
      showProgress(
        `${pipeline} ${set} call ${call}, ${turn} of ${utterances.length}: ${describeTurn(result)}`,
      ),
  });
}
