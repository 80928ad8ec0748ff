import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { SCENES } from './faults/scenes.ts';
import { DEFAULT_SPEEDS, type Speeds } from './profile.ts';

/** Calls at once of the steps under load. */
const DEFAULT_STEPS = [1, 2, 4, 6, 8, 10, 12] as const;
/** The load set's own defaults. */
const BURST_CALLERS = 6;
const BURST_WITHIN_MS = 1500;
const TURNS_A_STEP = 20;

/** The cost set's own. */
const PAIRS = 5;
const TURNS_A_PAIR = 8;

/** The faults set's own. */
const TURNS_WITH_FAULTS = 25;
const AWAY_S = 10;
export const SCENE_NAMES = [...SCENES.map(({ name }) => name), 'killed', 'away'];

export const USAGE = `npm run bench -- [options]   voice-to-voice latency, barge-in and cut-offs, from what a caller hears

  --set <name>        latency, labelled, bargein, greeting or all (default: all, in each --stt-mode; a quarter of an hour);
                      load: many calls on one worker, see below; faults: calls in which something fails, see below;
                      cost: the same call with and without traces, records and webhook, see below;
                      phone: each call once by LiveKit's SIP service and once by WebRTC, to the same worker
  --calls <n>         calls (default 1); --parallel <n> of them at a time (default 1)
  --turns <n>         sentences a call (default 10; labelled: all of them, over all calls)
  --stt-mode <mode>   batch, sse or realtime (default batch; with --set all the others too, latency only)
  --baseline stock    then the latency set with LiveKit's own plugins, and ratios
  --env KEY=VALUE     a setting of our worker; without any it is the default configuration
  --marks             the simulated STT writes whole sentences with capital letters and punctuation, as Whisper does; otherwise without
  --endpoints env     the endpoints of the environment in place of simulated ones

  with --set load
  --parallel <n>      callers of the burst (default 6), all of them within --within <ms> (default 1500)
  --steps <n,n,…>     calls at once, for the calls that are held (default ${DEFAULT_STEPS.join(',')}); --turns of each (default 20)
  --isolate           a process a call: CALLS_PER_HOST=1
  --profile           CPU profiles of our worker's processes, in the folder of the logs

  with --set faults
  --only <a,b,…>      of its calls only these (${SCENE_NAMES.join(', ')});
                      --turns of each (default ${TURNS_WITH_FAULTS}); --parallel <n> of them at a time (default 1)
  --away-s <n>        how long LiveKit is away (default ${AWAY_S})

  with --set cost
  --pairs <n>         calls with all of it on, each beside one with it off (default ${PAIRS}); --turns of each (default ${TURNS_A_PAIR})
  --against <folder>  in their place, as many rounds with all of it off: a call of this checkout, and two of another one

  --stt-ms <n>        speed of the simulated endpoints: request to transcript (default ${DEFAULT_SPEEDS.sttMs})
  --stt-final-ms <n>  realtime: commit to transcript (default ${DEFAULT_SPEEDS.sttFinalMs})
  --llm-ttft-ms <n>   request to first token (default ${DEFAULT_SPEEDS.llmTtftMs})
  --llm-tps <n>       tokens a second (default ${DEFAULT_SPEEDS.llmTokensPerS})
  --tts-ttfb-ms <n>   request to first byte (default ${DEFAULT_SPEEDS.ttsTtfbMs})
  --tts-rtf <n>       seconds of sound a second (default ${DEFAULT_SPEEDS.ttsRealtimeFactor})

  --out <dir>         gets results.json, picture.svg and the workers' logs (default a new temporary folder)
  --json <path>       another place for the results
  --compare <path>    results of an earlier run, shown beside
  --seed <n>          of the pauses between turns (default 1)
`;

const SETS = [
  'latency',
  'labelled',
  'bargein',
  'greeting',
  'all',
  'load',
  'faults',
  'cost',
  'phone',
] as const;
export const STT_MODES = ['batch', 'sse', 'realtime'] as const;

export interface BenchOptions {
  set: (typeof SETS)[number];
  calls: number;
  /** Calls at a time; under load: callers of the burst. */
  parallel: number;
  /** In which the burst comes. */
  withinMs: number;
  /** Calls at once of each step under load, rising from 1. */
  steps: readonly number[];
  turns: number;
  /** Of the cost. */
  pairs: number;
  /** Of the cost: folder of another checkout. */
  against: string | undefined;
  /** With faults: the calls that are made. */
  only: readonly string[];
  /** With faults: how long LiveKit is away. */
  awayMs: number;
  sttMode: (typeof STT_MODES)[number];
  baseline: boolean;
  /** Settings of our worker on top of the default configuration. */
  settings: Record<string, string>;
  realEndpoints: boolean;
  /** The simulated STT writes whole sentences as they are written. */
  marks: boolean;
  /** Under load: CPU profiles of our worker. */
  profile: boolean;
  speeds: Speeds;
  out: string | undefined;
  json: string | undefined;
  compare: string | undefined;
  seed: number;
}

/** @returns `undefined` when help is wanted. @throws AppError naming the option that is wrong. */
export function parseOptions(argv: readonly string[]): BenchOptions | undefined {
  const { values } = parse(argv);
  if (values.help) return undefined;
  const set = oneOf('set', values.set, SETS);
  const isLoad = set === 'load';
  return {
    set,
    calls: atLeast('calls', values.calls, 1, 1),
    parallel: atLeast('parallel', values.parallel, isLoad ? BURST_CALLERS : 1, 1),
    withinMs: atLeast('within', values.within, BURST_WITHIN_MS),
    steps: readSteps(values.steps),
    turns: atLeast('turns', values.turns, turnsOf(set), 1),
    pairs: atLeast('pairs', values.pairs, PAIRS, 1),
    against: values.against,
    only: readOnly(values.only),
    awayMs: atLeast('away-s', values['away-s'], AWAY_S, 1) * 1000,
    sttMode: oneOf('stt-mode', values['stt-mode'], STT_MODES),
    baseline: values.baseline !== undefined && oneOf('baseline', values.baseline, ['stock']) === 'stock',
    settings: {
      ...(values.isolate && { CALLS_PER_HOST: '1' }),
      ...Object.fromEntries((values.env ?? []).map(readSetting)),
    },
    profile: values.profile === true,
    marks: values.marks === true,
    realEndpoints: values.endpoints !== undefined && oneOf('endpoints', values.endpoints, ['env']) === 'env',
    speeds: {
      sttMs: atLeast('stt-ms', values['stt-ms'], DEFAULT_SPEEDS.sttMs),
      sttFinalMs: atLeast('stt-final-ms', values['stt-final-ms'], DEFAULT_SPEEDS.sttFinalMs),
      llmTtftMs: atLeast('llm-ttft-ms', values['llm-ttft-ms'], DEFAULT_SPEEDS.llmTtftMs),
      llmTokensPerS: atLeast('llm-tps', values['llm-tps'], DEFAULT_SPEEDS.llmTokensPerS, 1),
      ttsTtfbMs: atLeast('tts-ttfb-ms', values['tts-ttfb-ms'], DEFAULT_SPEEDS.ttsTtfbMs),
      ttsRealtimeFactor: atLeast('tts-rtf', values['tts-rtf'], DEFAULT_SPEEDS.ttsRealtimeFactor, 0.1),
    },
    ...{ out: values.out, json: values.json, compare: values.compare },
    seed: atLeast('seed', values.seed, 1),
  };
}

const text = { type: 'string' } as const;
const SPEC = {
  ...{ within: text, steps: text, only: text, 'away-s': text, pairs: text, against: text },
  isolate: { type: 'boolean' },
  profile: { type: 'boolean' },
  marks: { type: 'boolean' },
  ...{ calls: text, parallel: text, turns: text, baseline: text, endpoints: text, seed: text },
  ...{ 'stt-ms': text, 'stt-final-ms': text, 'llm-ttft-ms': text, 'llm-tps': text },
  ...{ 'tts-ttfb-ms': text, 'tts-rtf': text, out: text, json: text, compare: text },
  set: { type: 'string', default: 'all' },
  'stt-mode': { type: 'string', default: 'batch' },
  env: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: SPEC });
  } catch (cause) {
    throw new AppError(cause instanceof Error ? cause.message : String(cause), { cause, hint: 'see --help' });
  }
}

/** @throws AppError when an option is no number, or less than `least`. */
export function atLeast(name: string, given: string | undefined, fallback: number, least = 0): number {
  const value = given === undefined ? fallback : Number(given);
  if (Number.isFinite(value) && value >= least) return value;
  throw new AppError(`--${name} ${given} is not a number from ${least}`, { hint: 'see --help' });
}

function oneOf<const T extends string>(name: string, given: string | undefined, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === given);
  if (found) return found;
  throw new AppError(`--${name} ${given} is not one of ${choices.join(', ')}`, { hint: 'see --help' });
}

const turnsOf = (set: BenchOptions['set']): number =>
  ({ load: TURNS_A_STEP, faults: TURNS_WITH_FAULTS, cost: TURNS_A_PAIR })[set as string] ?? 10;

function readOnly(given: string | undefined): readonly string[] {
  return given?.split(',').map((name) => oneOf('only', name, SCENE_NAMES)) ?? SCENE_NAMES;
}

function readSteps(given: string | undefined): readonly number[] {
  if (given === undefined) return DEFAULT_STEPS;
  const steps = given.split(',').map(Number);
  const isRising = steps.every((calls, index) => Number.isInteger(calls) && calls > (steps[index - 1] ?? 0));
  if (isRising && steps[0] === 1) return steps;
  throw new AppError(`--steps ${given} are not whole numbers that rise from 1`, {
    hint: 'such as --steps 1,4,8: a step is compared with one call',
  });
}

/** @throws AppError when it is not `KEY=VALUE`. */
export function readSetting(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new AppError(`--env ${pair} is not KEY=VALUE`, { hint: 'such as --env ENDPOINTING_MIN_MS=300' });
}
