/** `npm run soak`: many short calls on one worker, and what they leave behind. Ends with 1 when a target is missed. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../dev/table.ts';
import { AppError, messageOf } from '../errors.ts';
import { disposeRtc } from '../framework/dispose-rtc.ts';
import { figureRows } from './figures.ts';
import { startLoadWorld } from './load.ts';
import { atLeast, readSetting } from './options.ts';
import { DEFAULT_SPEEDS } from './profile.ts';
import { type Checkpoint, missed, type SoakResult, soakMetrics } from './soak-results.ts';
import { type SoakOptions, soak } from './soak-run.ts';

const USAGE = `npm run soak -- [options]   short calls, several at once, on one worker; exit code 1 when a target is missed

  --calls <n>         calls in all (default 200)
  --parallel <n>      calls at a time (default 6)
  --turns <n>         sentences a call (default 2)
  --within-min <n>    no new calls after so many minutes (default 20)
  --faults <percent>  so many of the requests to each model endpoint hang, fail, or break off (default 0)
  --isolate           a process a call: CALLS_PER_HOST=1
  --env KEY=VALUE     a setting of the worker; without any it is the default configuration
  --out <dir>         gets results.json and the logs (default a new temporary folder)
`;

const text = { type: 'string' } as const;
const SPEC = {
  ...{ calls: text, parallel: text, turns: text, 'within-min': text, out: text, faults: text },
  env: { type: 'string', multiple: true },
  isolate: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

async function run(): Promise<void> {
  const { values } = parseArgs({ options: SPEC });
  if (values.help) return void process.stdout.write(USAGE);
  const options: SoakOptions = {
    calls: atLeast('calls', values.calls, 200, 1),
    parallel: atLeast('parallel', values.parallel, 6, 1),
    turns: atLeast('turns', values.turns, 2, 1),
    withinMs: atLeast('within-min', values['within-min'], 20, 1) * 60_000,
    faults: atLeast('faults', values.faults, 0) / 100,
    settings: {
      ...(values.isolate && { CALLS_PER_HOST: '1' }),
      ...Object.fromEntries((values.env ?? []).map(readSetting)),
    },
  };
  const out = values.out ?? (await mkdtemp(join(tmpdir(), 'voice-agent-soak-')));
  await mkdir(out, { recursive: true });
  const world = await startLoadWorld({ speeds: DEFAULT_SPEEDS }, out);
  try {
    const result = await soak(options, world);
    await writeFile(join(out, 'results.json'), `${JSON.stringify({ options, result }, null, 1)}\n`);
    tell(result, options, out);
  } finally {
    await world.close();
  }
}

function tell(result: SoakResult, { calls }: SoakOptions, out: string): void {
  const metrics = soakMetrics(result);
  const figures = figureRows([{ title: 'worker', metrics, isCompared: false }]);
  const tables = [figures, checkpointRows(result.checkpoints)].map((rows) => renderTable(rows, 'right'));
  process.stdout.write(`${tables.join('\n\n')}\n\nlogs  ${out}\n`);
  const wrong = missed(metrics).map(({ name }) => name);
  if (result.calls < calls) wrong.push(`only ${result.calls} of ${calls} calls in the time given`);
  if (wrong.length === 0) return;
  process.stdout.write(`missed: ${wrong.join(', ')}\n`);
  process.exitCode = 1;
}

const checkpointRows = (checkpoints: readonly Checkpoint[]): string[][] => [
  ['worker at rest after', 'RSS MB', 'PSS MB', 'sockets', 'threads', 'processes'],
  ...checkpoints.map(({ calls, footprint: { rssMb, pssMb, sockets, threads, processes } }) => [
    `${calls} calls`,
    ...[rssMb, pssMb, sockets, threads, processes].map((value) => value.toFixed(0)),
  ]),
];

try {
  await run();
} catch (error) {
  const hint = error instanceof AppError && error.hint ? `\n  → ${error.hint}` : '';
  process.stderr.write(`${error instanceof AppError ? error.message : messageOf(error)}${hint}\n`);
  process.exitCode = 1;
} finally {
  await disposeRtc();
}
