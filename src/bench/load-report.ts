import { renderTable } from '../dev/table.ts';
import { figureRows } from './figures.ts';
import { runLoad, startLoadWorld } from './load.ts';
import {
  callsHeld,
  coresPerCall,
  HELD_UP_TO,
  isHeld,
  type LoadRun,
  type LoadStep,
  perCall,
} from './load-results.ts';
import { type Metric, metric } from './metrics.ts';
import { describeMachine } from './notes.ts';
import type { BenchOptions } from './options.ts';
import { percentile } from './stats.ts';

/** All that a bench under load found; what the JSON file holds. */
export interface LoadReport {
  readonly startedAt: string;
  readonly notes: readonly string[];
  readonly options: BenchOptions;
  readonly runs: readonly LoadRun[];
}

/** Our worker under load, then the stock one if wanted. */
export async function measureLoad(options: BenchOptions, dir: string): Promise<LoadReport> {
  const startedAt = new Date().toISOString();
  const notes = describeLoad(options);
  const world = await startLoadWorld(options, dir);
  try {
    const runs = [await runLoad('own', options, world)];
    if (options.baseline) runs.push(await runLoad('stock', options, world));
    return { startedAt, notes, options, runs };
  } finally {
    await world.close();
  }
}

function describeLoad({ settings, turns, parallel, withinMs }: BenchOptions): string[] {
  const given = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return [
    `${describeMachine()}; worker, callers, livekit-server and simulated endpoints all on it`,
    `worker      \`start\`, compiled, ${given.length === 0 ? 'default configuration' : given.join(' ')}, with slots for all calls`,
    `burst       ${parallel} light callers within ${withinMs} ms meet a worker at rest; times since each asked to join`,
    `steps       one measured caller, ${turns} turns a step, and light ones, who say prepared Opus and decode nothing; all of them talk all the time`,
    `memory      PSS of the worker's process and all below it`,
  ];
}

/** The figures of all runs side by side, those of an earlier bench with them; then every step. */
export function renderLoad(done: LoadReport, earlier?: LoadReport): string {
  const columns = [...columnsOf(done, ''), ...(earlier ? columnsOf(earlier, ' before') : [])];
  const figures = figureRows(columns.map((column) => ({ ...column, metrics: loadMetrics(column.run) })));
  const steps = stepRows(columns);
  return [done.notes.join('\n'), renderTable(figures, 'right'), renderTable(steps, 'right')].join('\n\n');
}

const columnsOf = ({ runs }: LoadReport, suffix: string) =>
  runs.map((run) => ({
    title: `${run.pipeline}${suffix}`,
    run,
    isCompared: run.pipeline === 'stock' || suffix !== '',
  }));

/** The figures of one worker, always the same ones in the same order. */
export function loadMetrics({ idle, burst, steps }: LoadRun): Metric[] {
  const [one] = steps;
  const came = burst.agentMs.filter((ms) => ms !== undefined);
  const late = (values: readonly (number | undefined)[]) =>
    values.map((ms) => ms ?? Number.POSITIVE_INFINITY);
  const waits = one?.measured.waitsMs ?? [];
  return [
    metric('burst: callers who got their agent', came.length, { n: burst.agentMs.length }),
    metric('burst: agent’s track p50 ms', percentile(late(burst.agentMs), 0.5)),
    metric('burst: agent’s track worst ms', percentile(late(burst.agentMs), 1), { target: 1500 }),
    metric('burst: greeting p50 ms', percentile(late(burst.greetingMs), 0.5)),
    metric('burst: greeting worst ms', percentile(late(burst.greetingMs), 1)),
    metric('idle worker PSS MB', idle.pssMb, { target: 260 }),
    metric('idle worker processes', idle.processes),
    metric(
      'an extra call PSS MB',
      perCall(steps, ({ footprint }) => footprint.pssMb),
      { target: 45 },
    ),
    metric('CPU a call, cores', coresPerCall(steps), { digits: 3, target: 0.09 }),
    metric(
      'CPU an extra call, cores',
      perCall(steps, ({ cores }) => cores.worker),
      { digits: 3 },
    ),
    metric('one call: voice-to-voice p50 ms', percentile(waits, 0.5), { n: waits.length, target: 800 }),
    metric('one call: voice-to-voice p95 ms', percentile(waits, 0.95), { n: waits.length }),
    metric(`calls held (p95 ≤ ${HELD_UP_TO} × of one)`, callsHeld(steps), { target: 10, isLeast: true }),
    metric('callers without an agent', Math.max(0, ...steps.map(({ withoutAgent = 0 }) => withoutAgent)), {
      target: 0,
    }),
    metric(
      'turns lost',
      sum(steps, ({ measured, light }) => measured.lost + light.lost),
      { target: 0 },
    ),
    metric(
      'gaps over 120 ms',
      sum(steps, ({ measured, light }) => measured.gaps + light.gaps),
    ),
  ];
}

const sum = (steps: readonly LoadStep[], of: (step: LoadStep) => number): number =>
  steps.reduce((total, step) => total + of(step), 0);

const STEP_HEADING = [
  ...['calls', 'p50 ms', 'p95 ms', '× one', 'held', 'light p50', 'light p95', 'no agent', 'lost', 'gaps'],
  ...['worker', 'callers', 'SFU', 'endpoints', 'others', 'idle', 'a call', 'PSS MB', 'processes'],
];

/** A step a row: waits of the measured and of the light callers, busy cores of each, memory of the worker. */
function stepRows(columns: readonly { title: string; run: LoadRun }[]): string[][] {
  const rows = columns.flatMap(({ title, run: { steps } }) =>
    steps.map((step) => [`${title} ${step.calls}`, ...stepCells(step, steps[0])]),
  );
  return [STEP_HEADING, ...rows];
}

function stepCells(step: LoadStep, one: LoadStep | undefined): string[] {
  const { calls, measured, light, cores, footprint } = step;
  const ms = (values: readonly number[], share: number) => percentile(values, share)?.toFixed(0) ?? '–';
  const [p95, alone] = [step, one].map((each) => percentile(each?.measured.waitsMs ?? [], 0.95));
  return [
    ms(measured.waitsMs, 0.5),
    ms(measured.waitsMs, 0.95),
    p95 === undefined || alone === undefined ? '–' : (p95 / alone).toFixed(2),
    isHeld(step, one) ? 'yes' : 'no',
    ms(light.waitsMs, 0.5),
    ms(light.waitsMs, 0.95),
    String(step.withoutAgent ?? '–'),
    String(measured.lost + light.lost),
    String(measured.gaps + light.gaps),
    ...[cores.worker, cores.callers, cores.sfu, cores.endpoints, cores.others, cores.idle].map((one) =>
      one.toFixed(2),
    ),
    (cores.worker / calls).toFixed(3),
    footprint.pssMb.toFixed(0),
    String(footprint.processes),
  ];
}
