import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { DEFAULT_SPEEDS, type Speeds } from './profile.ts';

export const USAGE = `npm run bench -- [options]   voice-to-voice latency, barge-in and cut-offs, from what a caller hears

  --set <name>        latency, labelled, bargein, greeting or all (default: all, in each --stt-mode; a quarter of an hour)
  --calls <n>         calls (default 1); --parallel <n> of them at a time (default 1)
  --turns <n>         sentences a call (default 10; labelled: all of them, over all calls)
  --stt-mode <mode>   batch, sse or realtime (default batch; with --set all the others too, latency only)
  --baseline stock    then the latency set with LiveKit's own plugins, and ratios
  --env KEY=VALUE     a setting of our worker; without any it is the default configuration
  --endpoints env     the endpoints of the environment in place of simulated ones

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

const SETS = ['latency', 'labelled', 'bargein', 'greeting', 'all'] as const;
export const STT_MODES = ['batch', 'sse', 'realtime'] as const;

export interface BenchOptions {
  set: (typeof SETS)[number];
  calls: number;
  parallel: number;
  turns: number;
  sttMode: (typeof STT_MODES)[number];
  baseline: boolean;
  /** Settings of our worker on top of the default configuration. */
  settings: Record<string, string>;
  realEndpoints: boolean;
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
  const number = (name: string, given: string | undefined, fallback: number, least = 0) => {
    const value = given === undefined ? fallback : Number(given);
    if (Number.isFinite(value) && value >= least) return value;
    throw new AppError(`--${name} ${given} is not a number from ${least}`, { hint: 'see --help' });
  };
  return {
    set: oneOf('set', values.set, SETS),
    calls: number('calls', values.calls, 1, 1),
    parallel: number('parallel', values.parallel, 1, 1),
    turns: number('turns', values.turns, 10, 1),
    sttMode: oneOf('stt-mode', values['stt-mode'], STT_MODES),
    baseline: values.baseline !== undefined && oneOf('baseline', values.baseline, ['stock']) === 'stock',
    settings: Object.fromEntries((values.env ?? []).map(readSetting)),
    realEndpoints: values.endpoints !== undefined && oneOf('endpoints', values.endpoints, ['env']) === 'env',
    speeds: {
      sttMs: number('stt-ms', values['stt-ms'], DEFAULT_SPEEDS.sttMs),
      sttFinalMs: number('stt-final-ms', values['stt-final-ms'], DEFAULT_SPEEDS.sttFinalMs),
      llmTtftMs: number('llm-ttft-ms', values['llm-ttft-ms'], DEFAULT_SPEEDS.llmTtftMs),
      llmTokensPerS: number('llm-tps', values['llm-tps'], DEFAULT_SPEEDS.llmTokensPerS, 1),
      ttsTtfbMs: number('tts-ttfb-ms', values['tts-ttfb-ms'], DEFAULT_SPEEDS.ttsTtfbMs),
      ttsRealtimeFactor: number('tts-rtf', values['tts-rtf'], DEFAULT_SPEEDS.ttsRealtimeFactor, 0.1),
    },
    ...{ out: values.out, json: values.json, compare: values.compare },
    seed: number('seed', values.seed, 1),
  };
}

const text = { type: 'string' } as const;
const SPEC = {
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

function oneOf<const T extends string>(name: string, given: string | undefined, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === given);
  if (found) return found;
  throw new AppError(`--${name} ${given} is not one of ${choices.join(', ')}`, { hint: 'see --help' });
}

function readSetting(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new AppError(`--env ${pair} is not KEY=VALUE`, { hint: 'such as --env ENDPOINTING_MIN_MS=300' });
}
