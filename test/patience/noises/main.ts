/**
 * Listening noises, interruptions, noise and side talk over the agent's voice: how often it stops, how long it is held. Real sounds and
 * detector, the real `TurnTaker`, a clock that is moved by hand; the echo of the agent itself: `test/bench/echo.ts`.
 *
 *     npx tsx test/patience/noises/main.ts [--tune] [--show KIND]
 *
 * `--show` lists what went wrong, of the side to tune on only. Raw values: test-results/patience/noises-*.jsonl.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { initializeLogger } from '@livekit/agents';
import { percentile } from '../../../src/bench/stats.ts';
import { cacheDir } from '../../../src/dev/livekit-binary.ts';
import { loadVad } from '../../../src/stages/vad.ts';
import type { Case } from '../cases.ts';
import { hear } from '../hearing.ts';
import { shareOfAll } from '../score.ts';
import { KINDS, type Kind, type NoiseCase, noiseCases } from './cases.ts';
import { type NoiseOutcome, playNoise } from './play.ts';
import { noiseOf } from './sounds.ts';

const SEED = 16;
const OUT = 'test-results/patience';

const { values } = parseArgs({ options: { tune: { type: 'boolean' }, show: { type: 'string' } } });
initializeLogger({ pretty: false, level: 'silent' });
const side = values.tune ? 'tune' : 'held out';
const dir = join(cacheDir(), 'patience');
const vad = await loadVad({ vad: 'bundled' });
const all: { one: NoiseCase; outcome: NoiseOutcome }[] = [];
for (const one of await noiseCases(side, SEED)) {
  const noise = await noiseOf(one);
  const spoken = {
    one: {} as Case,
    samples: noise.samples,
    words: noise.words,
    pauseAtMs: 0,
    endMs: noise.endMs,
  };
  const { frames } = await hear(spoken, vad, dir);
  const outcome = await playNoise(noise, frames);
  all.push({ one, outcome });
  const isWrong = outcome.stopped !== (one.kind === 'interruption');
  if (values.tune && values.show === one.kind && isWrong)
    console.log(one.language, one.engine, one.voice, one.said, JSON.stringify(outcome));
}
console.log(`seed ${SEED}, «${side}»: ${all.length} sounds over the agent's voice`);
const head = [
  'what is heard',
  'stops the agent',
  'not held at all',
  'held ms p50',
  'p95',
  'silent after ms p50',
  'p95',
];
const rows = KINDS.flatMap((kind) => [
  rowOf(kind),
  ...languagesOf(kind).map((language) => rowOf(kind, language)),
]);
console.log([head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
await mkdir(OUT, { recursive: true });
const lines = all.map((one) => `${JSON.stringify(one)}\n`).join('');
await writeFile(join(OUT, `noises-${side.replace(' ', '-')}.jsonl`), lines);
process.exit(0);

function languagesOf(kind: Kind): string[] {
  const some = [...new Set(all.filter(({ one }) => one.kind === kind).map(({ one }) => one.language))];
  return some.length > 1 ? some : [];
}

function rowOf(kind: Kind, language?: string): string[] {
  const some = all.filter(({ one }) => one.kind === kind && (!language || one.language === language));
  const outcomes = some.map(({ outcome }) => outcome);
  const {
    some: stops,
    all: count,
    low,
    high,
  } = shareOfAll(outcomes.filter(({ stopped }) => stopped).length, outcomes.length);
  const held = outcomes.filter((one) => !one.stopped && one.heldMs > 0).map(({ heldMs }) => heldMs);
  const silent = outcomes.flatMap(({ stopped, silentAfterMs }) => (stopped ? [silentAfterMs ?? 0] : []));
  const percent = (value: number) => (100 * value).toFixed(1);
  const ms = (values: number[], at: number) => `${Math.round(percentile(values, at) ?? 0)}`;
  return [
    language ? `${kind}, ${language}` : `**${kind}**`,
    `${stops} of ${count}: ${percent(stops / count)} % (${percent(low)}–${percent(high)})`,
    `${outcomes.filter((one) => !one.stopped && one.heldMs === 0).length}`,
    ...(held.length ? [ms(held, 0.5), ms(held, 0.95)] : ['–', '–']),
    ...(silent.length ? [ms(silent, 0.5), ms(silent, 0.95)] : ['–', '–']),
  ];
}
