/**
 * Compares the two voice activity detectors, as `loadVad` sets them up: `npx tsx test/bench/vad.ts [rounds]`.
 * Wants espeak-ng and sox; a round takes two minutes. Prints median (least–most) over all rounds; `none` is what
 * the measuring itself costs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VadMeasurement } from './vad-process.ts';

const format = ['-r', '16000', '-c', '1', '-b', '16'];
const english = 'My mobile internet stopped working yesterday';
const malay = 'Saya mahu semak baki kredit saya';
const speakers = [
  ['en-us', english],
  ['en-gb+f3', english],
  ['en-us+m7', english],
  ['ms', malay],
  ['ms+f2', malay],
] as const;
const noises = ['pinknoise', 'whitenoise', 'brownnoise'];
const noiseGainsDb = ['-50', '-30'];
const noiseSeconds = '30';

/** Speech is cut to its first and last audible sample, so that its length is the truth. */
function synthesize(dir: string): void {
  const trim = ['silence', '1', '0.01', '0.5%', 'reverse'];
  for (const [i, [voice, text]] of speakers.entries())
    execFileSync(
      'sox',
      ['-t', 'wav', '-', ...format, join(dir, `speech-${i}.wav`), 'gain', '-n', '-6', ...trim, ...trim],
      {
        input: execFileSync('espeak-ng', ['-v', voice, '--stdout', text]),
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
  for (const noise of noises)
    for (const db of noiseGainsDb)
      execFileSync('sox', [
        '-R',
        '-n',
        ...format,
        join(dir, `noise-${noise}${db}.wav`),
        'synth',
        noiseSeconds,
        noise,
        'gain',
        db,
      ]);
}

function measured(detector: string, dir: string): VadMeasurement {
  const script = join(import.meta.dirname, 'vad-process.ts');
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, detector, dir], {
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

function median(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(1);
  return sorted.length === 0 ? '–' : `${at(0.5)} (${at(0)}–${at(1)})`;
}

const detectors = ['none', 'bundled', 'silero'];
const rounds = Number(process.argv[2] ?? 5);
const dir = mkdtempSync(join(tmpdir(), 'vad-'));
try {
  synthesize(dir);
  const runs: VadMeasurement[] = [];
  for (let round = 0; round < rounds; round++)
    for (const detector of round % 2 ? detectors.toReversed() : detectors) runs.push(measured(detector, dir));

  console.log(
    '| detector | load ms | RSS MB | CPU ms per s | start after ms | end after ms | missed | split | false |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const detector of detectors) {
    const own = runs.filter((run) => run.detector === detector);
    const spread = [
      own.map(({ loadMs }) => loadMs),
      own.map(({ rssMb }) => rssMb),
      own.map(({ cpuMsPerSecond }) => cpuMsPerSecond),
      own.flatMap(({ startDelaysMs }) => startDelaysMs),
      own.flatMap(({ endDelaysMs }) => endDelaysMs),
    ].map(median);
    const counts = (['missed', 'splits', 'falseStarts'] as const).map((key) =>
      detector === 'none' ? '–' : own.reduce((sum, run) => sum + run[key], 0),
    );
    console.log(`| ${[detector, ...spread, ...counts].join(' | ')} |`);
  }
} finally {
  rmSync(dir, { recursive: true });
}
