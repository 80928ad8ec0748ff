import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLiveKit } from '../dev/livekit.ts';
import { cacheDir, findLiveKitBinary } from '../dev/livekit-binary.ts';
import type { CallPlan } from './call.ts';
import { makeCorpus, type Utterance } from './corpus.ts';
import { type Line, readLines, wholeSentence } from './corpus-text.ts';
import { startEndpoints } from './endpoints.ts';
import { describeConditions } from './notes.ts';
import { type BenchOptions, STT_MODES } from './options.ts';
import { planCalls } from './plans.ts';
import { describeTurn, showProgress } from './progress.ts';
import type { Report } from './report.ts';
import type { RunResult } from './results.ts';
import { type RunParts, runPlans } from './run.ts';
import { measureTransport } from './transport.ts';

/** Calls of the labelled set at a time, at least. */
const LABELLED_AT_ONCE = 2;
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
  try {
    const transportMs = await measureTransport(livekit);
    const notes = describeConditions(options, used, { binary, transportMs, cacheDir: sounds });
    const startSimulated = options.realEndpoints ? undefined : () => startEndpoints(options.speeds, dir);
    const shared = { livekit, startEndpoints: startSimulated, dir };
    const runs: RunResult[] = [];
    for (const part of partsOf(options, plans)) runs.push(await runPart(part, options, shared));
    const speeds = options.realEndpoints ? undefined : options.speeds;
    return { startedAt, notes, options, speeds, transportMs, runs };
  } finally {
    await livekit.close();
  }
}

/** The calls to make, with the sounds of all that is said in them. */
export async function planWithSounds(options: BenchOptions, cacheDir: string): Promise<CallPlan[]> {
  const plans = planCalls(options, await readLines(TEXT));
  const lines = [...new Set(plans.flatMap(({ utterances }) => utterances))];
  const made = await makeCorpus(lines, {
    cacheDir,
    onMade: (count) =>
      showProgress(`callers' voices: ${count} of ${lines.length} sentences`, count < lines.length),
  });
  const written = (line: Line) => (options.marks ? { writes: wholeSentence(line) } : {});
  const sounds = new Map(lines.map((line, at) => [line, { ...(made[at] as Utterance), ...written(line) }]));
  return plans.map((plan) => ({
    ...plan,
    utterances: plan.utterances.map((line) => sounds.get(line) as Utterance),
  }));
}

/** Calls with one pipeline in one mode: a column of the report. */
type Part = Pick<RunParts, 'pipeline' | 'sttMode' | 'plans'>;

function partsOf({ set, sttMode, baseline }: BenchOptions, plans: readonly CallPlan[]): Part[] {
  const latency = plans.filter((plan) => plan.set === 'latency' && plan.utterances.length > 0);
  const others = set === 'all' ? STT_MODES.filter((mode) => mode !== sttMode) : [];
  return [
    { pipeline: 'own', sttMode, plans },
    ...others.map((mode) => ({ pipeline: 'own', sttMode: mode, plans: latency }) as const),
    ...(baseline
      ? [{ pipeline: 'stock', sttMode: 'batch', plans: set === 'all' ? latency : plans } as const]
      : []),
  ];
}

/** Settings of the user are ours alone: the stock pipeline knows none of them. */
async function runPart(
  { pipeline, sttMode, plans }: Part,
  { parallel, settings }: BenchOptions,
  shared: Pick<RunParts, 'livekit' | 'startEndpoints' | 'dir'>,
): Promise<RunResult> {
  const mode = sttMode === 'batch' ? {} : { STT_MODE: sttMode };
  const run = (some: readonly CallPlan[], atOnce: number) =>
    runPlans({
      ...{ ...shared, pipeline, sttMode, plans: some, parallel: atOnce },
      settings: pipeline === 'own' ? { ...mode, ...settings } : {},
      onTurn: ({ set, utterances }, call, turn, result) =>
        showProgress(
          `${pipeline} ${sttMode} ${set} call ${call}, ${turn} of ${utterances.length}: ${describeTurn(result)}`,
        ),
    });
  const isLabelled = ({ set }: CallPlan) => set === 'labelled';
  const timed = await run(
    plans.filter((plan) => !isLabelled(plan)),
    parallel,
  );
  // Cut-offs do not depend on a few milliseconds, and are many.
  const counted = await run(plans.filter(isLabelled), Math.max(parallel, LABELLED_AT_ONCE));
  return { pipeline, sttMode, calls: [...timed.calls, ...counted.calls] };
}
