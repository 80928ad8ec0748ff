import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, messageOf } from '../errors.ts';
import { disposeRtc } from '../framework/dispose-rtc.ts';
import { measureAgainst, measureCost } from './cost.ts';
import { renderAgainst } from './cost-against.ts';
import { renderCost } from './cost-report.ts';
import { measureFaults } from './faults/measure.ts';
import { renderFaults } from './faults/report.ts';
import { type LoadReport, measureLoad, renderLoad } from './load-report.ts';
import { measure } from './measure.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { measurePhone, renderPhone } from './phone.ts';
import { drawPicture } from './picture.ts';
import { type Report, renderReport } from './report.ts';

async function bench(options: BenchOptions): Promise<void> {
  const out = options.out ?? (await mkdtemp(join(tmpdir(), 'voice-agent-bench-')));
  await mkdir(out, { recursive: true });
  const json = options.json ?? join(out, 'results.json');
  const keep = (report: unknown) => writeFile(json, `${JSON.stringify(report, null, 1)}\n`);
  const tell = (tables: string, picture: string) =>
    process.stdout.write(`${tables}\n\nresults  ${json}\n${picture}logs     ${out}\n`);
  if (options.set === 'load') {
    const earlier = await readEarlier<LoadReport>(options.compare);
    const report = await measureLoad(options, out);
    await keep(report);
    tell(renderLoad(report, earlier), '');
    return;
  }
  if (options.set === 'faults') {
    const report = await measureFaults(options, out, keep);
    tell(renderFaults(report), '');
    return;
  }
  if (options.set === 'cost' && options.against !== undefined) {
    const report = await measureAgainst(options, options.against, out, keep);
    tell(renderAgainst(report), '');
    return;
  }
  if (options.set === 'cost') {
    const report = await measureCost(options, out, keep);
    tell(renderCost(report), '');
    return;
  }
  if (options.set === 'phone') {
    const report = await measurePhone(options, out);
    await keep(report);
    tell(renderPhone(report), '');
    return;
  }
  const earlier = await readEarlier<Report>(options.compare);
  const report = await measure(options, out);
  const picture = join(out, 'picture.svg');
  await keep(report);
  await writeFile(picture, drawPicture(report));
  tell(renderReport(report, earlier), `picture  ${picture}\n`);
}

async function readEarlier<Kept>(path: string | undefined): Promise<Kept | undefined> {
  if (path === undefined) return undefined;
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
  await disposeRtc();
}
