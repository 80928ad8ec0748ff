import { parseArgs } from 'node:util';
import { processSources } from '../../src/config/load.ts';
import { type Child, startChild } from '../../src/dev/child.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { AppError, messageOf } from '../../src/errors.ts';
import { planFor, type Real, recorded } from './plan.ts';
import { record } from './record.ts';
import { type Program, type Running, startServer } from './servers.ts';

/**
 * npm run test:real [-- --server small|vllm|speaches|kokoro] [--dir PATH] [--record [--cases NAME]] [-t NAME]: calls through the product
 * with real model servers; with `--record` no calls, but the requests of test/real/cases, kept as fixtures.
 */
const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'small' },
    dir: { type: 'string' },
    record: { type: 'boolean', default: false },
    cases: { type: 'string' },
    t: { type: 'string', short: 't' },
  },
});
const startedMs = performance.now();
const children: Child[] = [];

function say(line: string): void {
  const seconds = String(Math.round((performance.now() - startedMs) / 1000)).padStart(5);
  process.stdout.write(`${seconds} s  ${line}\n`);
}

async function started(program: Program): Promise<Running> {
  const { running, child } = await startServer(program);
  children.push(child);
  say(`${[program.server, program.variant].filter(Boolean).join(' ')} answers on ${running.baseUrl}`);
  return running;
}

async function stopAll(): Promise<void> {
  await Promise.all(children.splice(0).map((child) => child.stop()));
}

async function recordAll(): Promise<number> {
  for (const program of await recorded(values.server, values.dir, say)) {
    const { server, variant, model, voice = 'none', stages, baseUrl } = await started(program);
    const chosen = values.cases === undefined ? {} : { only: values.cases };
    await record({ server, model, voice, stages, baseUrl, ...(variant && { variant }), ...chosen }, say);
    await stopAll();
  }
  return 0;
}

async function call(): Promise<number> {
  const plan = await planFor(values.server, values.dir, say);
  await findLiveKitBinary({ onProgress: say });
  // One after the other: several that load at once on few processors take longer than all of them in a row.
  const chats: Running[] = [];
  for (const program of plan.chats) chats.push(await started(program));
  const { sttMode } = plan;
  const [killed, stt, tts] = [await started(plan.killed), await started(plan.stt), await started(plan.tts)];
  const real = { chats, killed, stt, sttMode, tts } satisfies Real;
  let ran = false;
  const test = startChild({
    command: 'npx',
    args: [
      ...['vitest', 'run', '--config', 'test/vitest.config.ts', '--project', 'real', '--reporter', 'verbose'],
      ...(values.t === undefined ? [] : ['-t', values.t]),
    ],
    env: { ...processSources().env, NO_COLOR: '1', REAL_SERVERS: JSON.stringify(real) },
    onLine(line) {
      process.stdout.write(`${line}\n`);
      ran ||= /^ *Tests .*\d+ (passed|failed)/.test(line);
    },
  });
  const { code } = await test.exited;
  if (!ran) throw new AppError(`no test ran${values.t === undefined ? '' : `: none is called ${values.t}`}`);
  return code ?? 1;
}

try {
  process.exitCode = await (values.record ? recordAll() : call());
} catch (error) {
  say(`${messageOf(error)}${error instanceof AppError && error.hint ? `\n${error.hint}` : ''}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}
say(process.exitCode === 0 ? 'passed' : 'FAILED');
