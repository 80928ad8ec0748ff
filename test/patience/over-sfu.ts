/**
 * The default and `words` side by side over a real livekit-server: sentences that are held out, drawn by seed, each spoken
 * in a call of its own to a built worker with simulated models, and the same ones with the clock moved by hand. Says whether
 * both ways agree.
 *
 *     npx tsx test/patience/over-sfu.ts [--seed 16] [--sentences 100] [--at-once 1]
 *
 * `--at-once`: calls at a time with each policy. Raw values and tables: test-results/patience/over-sfu.{jsonl,md}.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { initializeLogger } from '@livekit/agents';
import { buildPrograms } from '../../src/bench/built.ts';
import type { CallPlan } from '../../src/bench/call.ts';
import { startEndpoints } from '../../src/bench/endpoints.ts';
import { DEFAULT_SPEEDS, type Speeds } from '../../src/bench/profile.ts';
import { type TurnResult, turnsOf } from '../../src/bench/results.ts';
import { runPlans } from '../../src/bench/run.ts';
import { percentile } from '../../src/bench/stats.ts';
import { measureTransport } from '../../src/bench/transport.ts';
import { type LiveKit, startLiveKit } from '../../src/dev/livekit.ts';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { disposeRtc } from '../../src/framework/dispose-rtc.ts';
import { hearSide, otherWords } from './corpus.ts';
import type { Heard } from './hearing.ts';
import { type Player, play } from './play.ts';
import { shipped, today } from './policies.ts';
import { type Scored, scoreOf, tableOf } from './score.ts';
import { agreementTable, answeredBothWays, compared, differing } from './sfu/agreement.ts';
import { drawn } from './sfu/draw.ts';
import { lateOnes } from './sfu/late.ts';
import { outcomeOf, utteranceOf } from './sfu/spoken-in-call.ts';

/** Of all sounds, as `main.ts` has it. */
const CORPUS_SEED = 16;
const OUT = resolve('test-results/patience');
/** As `play.ts` has them: first token after 200 ms, some 50 more for the first clause, its sound 120 ms later. */
const SPEEDS: Speeds = { ...DEFAULT_SPEEDS, llmTokensPerS: 120 };
const GREETING = '---\ngreeting: Hello.\n---\nYou answer callers of a telephone company.\n';
const POLICIES: Readonly<Record<string, { settings: Record<string, string>; player: Player }>> = {
  words: { settings: { TURN_DETECTION: 'words' }, player: { policy: today } },
  learned: { settings: {}, player: shipped() },
};

interface Run {
  livekit: LiveKit;
  builtDir: string;
  /** Gets logs, sounds and prompt. */
  dir: string;
  transportMs: number;
  plans: readonly CallPlan[];
  heard: readonly Heard[];
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '16' },
    sentences: { type: 'string', default: '100' },
    'at-once': { type: 'string', default: '1' },
  },
});
const startedAt = Date.now();
initializeLogger({ pretty: false, level: 'silent' });
const say = (line: string) => console.error(`${Math.round((Date.now() - startedAt) / 1000)} s: ${line}`);
const [seed, count, atOnce] = [values.seed, values.sentences, values['at-once']].map(whole) as [
  number,
  number,
  number,
];
const corpus = await hearSide({
  seed: CORPUS_SEED,
  side: 'held out',
  dir: join(cacheDir(), 'patience'),
  say,
});
const chosen = new Set(
  drawn(
    corpus.map(({ one }) => one),
    seed,
    count,
  ).map(({ id }) => id),
);
const heard = corpus.filter(({ one }) => chosen.has(one.id));
const dir = join(OUT, 'over-sfu');
await mkdir(join(dir, 'prompts'), { recursive: true });
await writeFile(join(dir, 'prompts', 'default.md'), GREETING);
const plans: CallPlan[] = [];
for (const one of heard)
  plans.push({
    ...{ room: `patience-${one.one.id}`, set: 'labelled', answerLength: 'short', bargesIn: false },
    utterances: [await utteranceOf(one, otherWords(corpus, one.one), dir)],
    random: () => 0.5,
  });
say('compiling the worker');
const builtDir = await buildPrograms();
const livekit = await startLiveKit({ logFile: join(dir, 'livekit.log') });
const results = new Map<string, { inCalls: Scored[]; byClock: Scored[]; turns: TurnResult[] }>();
try {
  const transportMs = await measureTransport(livekit);
  say(`there and back ${Math.round(transportMs)} ms; ${plans.length} calls with each policy`);
  const run = { livekit, builtDir, dir, transportMs, plans, heard };
  await Promise.all(Object.keys(POLICIES).map(async (name) => results.set(name, await both(name, run))));
} finally {
  await livekit.close();
}
await report();
await disposeRtc();
process.exit();

/** The same utterances in calls and by the clock, with one policy. */
async function both(policy: string, { livekit, builtDir, dir, transportMs, plans, heard }: Run) {
  const { settings, player } = POLICIES[policy] as (typeof POLICIES)[string];
  let made = 0;
  const lane = (of: number) =>
    runPlans({
      ...{ livekit, dir, builtDir, pipeline: 'own', sttMode: 'batch', parallel: 1 },
      agentName: `patience-${policy}-${of}`,
      settings: { PROMPTS_DIR: join(dir, 'prompts'), ...settings },
      plans: plans
        .filter((_, index) => index % atOnce === of)
        .map((plan) => ({ ...plan, room: `${plan.room}-${policy}` })),
      startEndpoints: () => startEndpoints(SPEEDS, dir),
      onTurn: (_plan, _call, _turn, { talkedOverMs, voiceToVoiceMs }) => {
        made += 1;
        say(
          `${policy} ${made} of ${plans.length}: ${Math.round(voiceToVoiceMs ?? talkedOverMs ?? Number.NaN)} ms`,
        );
      },
    });
  const runs = await Promise.all(Array.from({ length: atOnce }, (_, of) => lane(of)));
  const turns = runs.flatMap((one) => turnsOf(one));
  const inCalls: Scored[] = [];
  const byClock: Scored[] = [];
  for (const [index, one] of heard.entries()) {
    const [utterance] = plans[index]?.utterances ?? [];
    const turn = turns.find((turn) => turn.utterance === one.one.id);
    if (!utterance || !turn) continue;
    inCalls.push({ one: one.one, outcome: outcomeOf(turn, utterance, transportMs) });
    byClock.push({ one: one.one, outcome: await play(one, player, otherWords(corpus, one.one)) });
  }
  return { inCalls, byClock, turns };
}

async function report(): Promise<void> {
  const pairs = [...results].map(([policy, all]) => {
    return { policy, all, ...answeredBothWays(all.inCalls, all.byClock) };
  });
  const rows = pairs.flatMap(({ policy, inCalls, byClock }) =>
    [['in calls', inCalls] as const, ['by the clock', byClock] as const].map(
      ([way, some]) => [`${policy}, ${way}`, scoreOf(some)] as const,
    ),
  );
  const agreement = pairs.flatMap(({ policy, inCalls, byClock }) =>
    compared(inCalls, byClock).map((one) => ({ ...one, policy })),
  );
  const notes = pairs.flatMap(({ policy, all: { turns, ...all }, inCalls, byClock, others }) => {
    const torn = turns.flatMap(({ gapsMs }) => gapsMs).length;
    const unknown = turns.filter(({ question, lost }) => !lost && question === undefined).length;
    const askedMs = percentile(
      turns.flatMap(({ stages }) => stages?.sttSentMs ?? []),
      0.5,
    );
    const other = differing(inCalls, byClock).length;
    return [
      `${policy}: ${other} of ${inCalls.length} cut off one way only; ${others.length} more answered one way only; ${torn} gaps in answers; in ${unknown} calls what was answered is not known; its transcription was asked for ${Math.round(askedMs ?? Number.NaN)} ms after the last sound (median)`,
      ...lateOnes(all.inCalls, all.byClock, turns).map((one) => `- late: ${one}`),
    ];
  });
  const agree = agreement.every(({ agrees }) => agrees);
  const text = [
    `# ${heard.length} held-out sentences drawn by seed ${seed}, over livekit-server and by the clock`,
    tableOf(new Map(rows)),
    agreementTable(agreement),
    notes.join('\n'),
    `Both ways ${agree ? 'agree' : 'do NOT agree'} within their intervals; ${Math.round((Date.now() - startedAt) / 60_000)} minutes.`,
  ].join('\n\n');
  await writeFile(`${dir}.md`, `${text}\n`);
  await writeFile(
    `${dir}.jsonl`,
    [...results]
      .flatMap(([policy, { inCalls, byClock, turns }]) => [
        ...inCalls.map((one) => ({ policy, way: 'calls', ...one })),
        ...byClock.map((one) => ({ policy, way: 'clock', ...one })),
        ...turns.map((turn) => ({ policy, way: 'turn', ...turn })),
      ])
      .map((one) => `${JSON.stringify(one)}\n`)
      .join(''),
  );
  console.log(text);
  process.exitCode = agree ? 0 : 1;
}

function whole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new RangeError(`${value}: want a whole number from 1 on`);
  return number;
}
