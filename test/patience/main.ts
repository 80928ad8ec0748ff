/**
 * How patient and how fast turns end, on sentences, voices and engines that nothing was tuned on: real sounds, the real
 * detector and `TurnTaker`, a clock that is moved by hand.
 *
 *     npx tsx test/patience/main.ts [--tune] [--policy NAME,…] [--quick] [--sounds] [--marks] [--waits]
 *
 * `--marks` scores chat models that say whether the caller has finished, by how often and how late they are wrong.
 * `--waits` scores the default with other values of `ENDPOINTING_STATEMENT_MS`.
 * `--quick` leaves out the longer and shorter waits of the curve; `--sounds` only makes what is missing of the sounds
 * (once, kept in the cache); `--tune` scores the half that may be looked at. Raw values, tables and curve:
 * test-results/patience.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { initializeLogger } from '@livekit/agents';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { hearSide, otherWords } from './corpus.ts';
import { curvesSvg, type Point } from './curve.ts';
import { markPolicies } from './marks.ts';
import { type Player, play } from './play.ts';
import { policies, SCALES, scaled, waits } from './policies.ts';
import { groupedBy, type Scored, scoreOf, tableOf } from './score.ts';

const SEED = 16;
const OUT = 'test-results/patience';

const { values } = parseArgs({
  options: {
    tune: { type: 'boolean' },
    sounds: { type: 'boolean' },
    quick: { type: 'boolean' },
    policy: { type: 'string' },
    marks: { type: 'boolean' },
    waits: { type: 'boolean' },
  },
});
initializeLogger({ pretty: false, level: 'silent' });
const side = values.tune ? 'tune' : 'held out';
const file = side.replace(' ', '-');
const startedAt = Date.now();
const dir = join(cacheDir(), 'patience');
const corpus = await hearSide({ seed: SEED, side, dir, say: (line) => console.error(line) });
const sentences = new Set(corpus.map(({ one }) => one.sentence)).size;
console.log(`seed ${SEED}, «${side}»: ${corpus.length} utterances of ${sentences} sentences`);
if (values.sounds) process.exit(0);

const wanted = values.policy?.split(',');
const asked = values.marks ? markPolicies() : values.waits ? waits() : policies();
const all = new Map([...asked].filter(([name]) => !wanted || wanted.includes(name)));
const results = new Map<string, Scored[]>();
const curves = new Map<string, Point[]>();
for (const [name, player] of all) {
  const points: Point[] = [];
  for (const by of values.quick ? [1] : SCALES) {
    const scored = await scoreAll(scaled(player, by));
    if (by === 1) {
      results.set(name, scored);
      console.error(
        tableOf(new Map([[name, scoreOf(scored)]]))
          .split('\n')
          .at(-1),
        cpuS(),
      );
    }
    const { shortPauses, p50 = Number.NaN } = scoreOf(scored);
    points.push({ cutOff: shortPauses.some / shortPauses.all, p50Ms: p50, isItself: by === 1 });
  }
  curves.set(name, points);
}

const report = [
  `# ${side}, seed ${SEED}`,
  tableOf(new Map([...results].map(([name, some]) => [name, scoreOf(some)]))),
];
for (const [name, scored] of results) {
  const by = (title: string, of: Parameters<typeof groupedBy>[1]) =>
    report.push(`## ${name}, by ${title}`, tableOf(groupedBy(scored, of), title));
  by('language', ({ language, engine }) => (isRecorded(engine) ? `recorded ${language}` : language));
  by('engine', ({ engine }) => engine);
  by('condition', ({ condition }) => condition);
  by('category', ({ category }) => category);
  by('round', ({ half }) => half);
  by('pause', ({ pauseMs }) => (pauseMs ? `${Math.floor(pauseMs / 100) * 100}`.padStart(4) : 'none'));
}
await mkdir(OUT, { recursive: true });
await writeFile(join(OUT, `${file}.md`), `${report.join('\n\n')}\n`);
await writeFile(join(OUT, `${file}.svg`), curvesSvg(curves, `Cut off at pauses of 200–900 ms (${side})`));
await writeFile(
  join(OUT, `${file}.jsonl`),
  [...results]
    .flatMap(([policy, some]) => some.map((one) => `${JSON.stringify({ policy, ...one })}\n`))
    .join(''),
);
console.log(report.slice(0, 2).join('\n\n'));
console.log(`${OUT}/${file}.{md,svg,jsonl}, after ${Math.round((Date.now() - startedAt) / 1000)} s`);
process.exit(0);

async function scoreAll(player: Player): Promise<Scored[]> {
  const scored: Scored[] = [];
  for (const one of corpus)
    scored.push({ one: one.one, outcome: await play(one, player, otherWords(corpus, one.one)) });
  return scored;
}

function cpuS(): string {
  return `${Math.round(process.cpuUsage().user / 1e6)} s of CPU`;
}

function isRecorded(engine: string): boolean {
  return engine === 'asterisk' || engine === 'fillets';
}
