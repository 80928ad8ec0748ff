import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLiveKit } from '../../dev/livekit.ts';
import { cacheDir } from '../../dev/livekit-binary.ts';
import { messageOf } from '../../errors.ts';
import { makeCorpus } from '../corpus.ts';
import { readLines } from '../corpus-text.ts';
import { describeMachine } from '../notes.ts';
import type { BenchOptions } from '../options.ts';
import { showProgress } from '../progress.ts';
import { killHosts, loseLiveKit } from './broken-calls.ts';
import { type FaultBench, runScene } from './call.ts';
import type { FaultsReport } from './report.ts';
import { SCENES } from './scenes.ts';

const TEXT = fileURLToPath(new URL('../utterances.txt', import.meta.url));
/** Calls in which the host is killed. */
const KILLS = 3;

/**
 * Makes the calls that are wanted, `parallel` at a time; one that cannot be made is told, and the others are.
 *
 * @param keep - keeps what is known after each.
 */
export async function measureFaults(
  options: BenchOptions,
  dir: string,
  keep: (report: FaultsReport) => Promise<void>,
): Promise<FaultsReport> {
  const startedAt = new Date().toISOString();
  const machine = describeMachine();
  const lines = (await readLines(TEXT)).filter(({ set, snrDb }) => set === 'latency' && snrDb === undefined);
  const utterances = await makeCorpus(lines, { cacheDir: join(cacheDir(), 'bench') });
  const livekit = await startLiveKit({ logFile: join(dir, 'livekit.log') });
  const { speeds, settings, turns, only, awayMs } = options;
  const bench: FaultBench = { livekit, speeds, settings, utterances, turns, dir, progress: showProgress };
  const report: FaultsReport = {
    startedAt,
    machine,
    options,
    calls: [],
    killed: [],
    away: [],
    failed: [],
  };
  const jobs = [
    ...SCENES.map((scene) => ({
      name: scene.name,
      run: async () => void report.calls.push(await runScene(scene, bench)),
    })),
    { name: 'killed', run: async () => void report.killed.push(...(await killHosts(KILLS, bench))) },
    { name: 'away', run: async () => void report.away.push(await loseLiveKit(awayMs, bench)) },
  ].filter(({ name }) => only.includes(name));
  const lane = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { name } = job;
      await job.run().catch((error) => {
        showProgress(`${name}: ${messageOf(error)}`);
        report.failed.push({ name, why: messageOf(error) });
      });
      await keep(report);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.parallel }, lane));
    return report;
  } finally {
    await livekit.close();
  }
}
