import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dispose } from '@livekit/rtc-node';
import { startLiveKit } from '../dev/livekit.ts';
import { cacheDir } from '../dev/livekit-binary.ts';
import { AppError, messageOf } from '../errors.ts';
import { makeCorpus, type Utterance } from './corpus.ts';
import { readLines } from './corpus-text.ts';
import { startEndpoints } from './endpoints.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { planCalls } from './plans.ts';
import { describeTurn, showProgress } from './progress.ts';
import { type Report, renderReport } from './report.ts';
import type { RunResult } from './results.ts';
import { runPlans } from './run.ts';

const TEXT = fileURLToPath(new URL('utterances.txt', import.meta.url));

/** Calls, measures, reports; the process ends with what it returns. */
async function bench(options: BenchOptions): Promise<void> {
  const out = options.out ?? (await mkdtemp(join(tmpdir(), 'voice-agent-bench-')));
  await mkdir(out, { recursive: true });
  const startedAt = new Date();
  const corpus = await loadCorpus();
  const runs = await measure(options, corpus, out);
  const done: Report = { startedAt: startedAt.toISOString(), options, runs };
  const json = options.json ?? join(out, 'results.json');
  await writeFile(json, `${JSON.stringify(done, null, 1)}\n`);
  process.stdout.write(`${renderReport(done)}\nresults ${json}\nworker logs ${out}\n`);
}

async function loadCorpus(): Promise<Utterance[]> {
  const lines = await readLines(TEXT);
  return makeCorpus(lines, {
    cacheDir: join(cacheDir(), 'bench'),
    onMade: (made) =>
      showProgress(`callers' voices: ${made} of ${lines.length} sentences`, made < lines.length),
  });
}

async function measure(
  options: BenchOptions,
  corpus: readonly Utterance[],
  dir: string,
): Promise<RunResult[]> {
  const livekit = await startLiveKit({ logFile: join(dir, 'livekit.log') });
  const endpoints = options.realEndpoints ? undefined : await startEndpoints(options.speeds);
  try {
    const runs: RunResult[] = [];
    const modeSetting = options.sttMode === 'batch' ? {} : { STT_MODE: options.sttMode };
    for (const pipeline of options.baseline ? (['own', 'stock'] as const) : (['own'] as const)) {
      const isOwn = pipeline === 'own';
      runs.push(
        await runPlans({
          ...{ pipeline, livekit, endpoints, dir, parallel: options.parallel },
          plans: planCalls(options, corpus),
          sttMode: isOwn ? options.sttMode : 'batch',
          settings: isOwn ? { ...modeSetting, ...options.settings } : {},
          onTurn: (plan, turn, result) =>
            showProgress(
              `${pipeline} ${plan.room} ${turn}/${plan.utterances.length}: ${describeTurn(result)}`,
            ),
        }),
      );
    }
    return runs;
  } finally {
    endpoints?.close();
    await livekit.close();
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await bench(options);
  else process.stdout.write(USAGE);
} catch (error) {
  const hint = error instanceof AppError && error.hint ? `\n  → ${error.hint}` : '';
  process.stderr.write(
    `${error instanceof AppError || !(error instanceof Error) ? messageOf(error) : error.stack}${hint}\n`,
  );
  process.exitCode = 1;
} finally {
  await dispose();
}
