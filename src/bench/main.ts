import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { AppError, messageOf } from '../errors.ts';
import { measure } from './measure.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { drawPicture } from './picture.ts';
import { type Report, renderReport } from './report.ts';

async function bench(options: BenchOptions): Promise<void> {
  const earlier = options.compare === undefined ? undefined : await readReport(options.compare);
  const out = options.out ?? (await mkdtemp(join(tmpdir(), 'voice-agent-bench-')));
  await mkdir(out, { recursive: true });
  const report = await measure(options, out);
  const json = options.json ?? join(out, 'results.json');
  const picture = join(out, 'picture.svg');
  await writeFile(json, `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(picture, drawPicture(report));
  process.stdout.write(
    `${renderReport(report, earlier)}\n\nresults  ${json}\npicture  ${picture}\nlogs     ${out}\n`,
  );
}

async function readReport(path: string): Promise<Report> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AppError(`--compare ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await bench(options);
  else process.stdout.write(USAGE);
} catch (error) {
  const hint = error instanceof AppError && error.hint ? `\n  → ${error.hint}` : '';
  const known = error instanceof AppError || !(error instanceof Error);
  process.stderr.write(`${known ? messageOf(error) : error.stack}${hint}\n`);
  process.exitCode = 1;
} finally {
  await dispose();
}
