import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { processSources } from '../config/load.ts';
import type { Service } from './child.ts';
import { type Context, tellTaken } from './context.ts';
import { forgetLiveKit } from './livekit-keys.ts';
import { promptNames, renderOverview } from './overview.ts';
import { choosePort } from './ports.ts';
import { runReal } from './real/run-real.ts';
import { runLiveKit } from './run-livekit.ts';
import { runPhone } from './run-phone.ts';
import { runStandIns } from './run-stand-ins.ts';
import { runWorker } from './run-worker.ts';
import { createScreen, type Screen } from './screen.ts';
import { type DevOptions, type SetUpContext, setUp } from './set-up.ts';
import { runRedis } from './sip-number.ts';
import { type Supervised, supervise } from './supervise.ts';
import { watchSources } from './watch.ts';

/**
 * `npm run dev`: everything for a first conversation on this machine, until Ctrl-C.
 *
 * @throws AppError when something cannot start; then nothing is left running.
 */
export async function up(options: DevOptions = {}): Promise<void> {
  // A terminal that was closed takes no more text; ending everything must still work.
  process.stdout.on('error', () => {});
  const screen = createScreen(process.stdout);
  const services: Supervised[] = [];
  const stopAsked = untilStopAsked(screen, services);
  const fetching = new AbortController();
  const started = startAll(options, { sources: processSources(), screen, signal: fetching.signal }, services);
  try {
    const stopWatching = await Promise.race([started.then(restartOnChange), stopAsked]);
    await stopAsked;
    stopWatching?.();
  } finally {
    fetching.abort();
    // The worker first: it tells its callers.
    for (const service of [...services].reverse()) await service.stop();
    await forgetLiveKit(process.pid);
  }
  // What was still being prepared, such as a build, ends with this process.
  process.exit(0);
}

async function startAll(options: DevOptions, around: SetUpContext, services: Supervised[]): Promise<Started> {
  const startedMs = performance.now();
  const { screen } = around;
  const { plan, real, whisper, standInPort, fetchEars } = await setUp(options, around);
  const { agent, web } = plan.config;
  const pagePort = await choosePort(web.port, web.host);
  const logDir = join('.cache', 'dev', String(pagePort.port));
  await rm(logDir, { recursive: true, force: true });
  const context: Context = { ...around, plan, logDir, keep: keeper(screen, services) };
  if (options.sip) context.redisAddress = await runRedis(context);
  const livekit = await runLiveKit(context);
  screen.progress('Starting the worker …');
  const settings = {
    ...plan.filled,
    ...livekit.settings,
    WEB_PORT: String(web.enabled ? tellTaken(screen, 'the page', pagePort) : pagePort.port),
    HEALTH_PORT: String(
      tellTaken(screen, 'the health endpoint', await choosePort(agent.healthPort, agent.healthHost)),
    ),
  };
  const needsStandIns = plan.standIns.length > 0 || whisper !== undefined;
  const [standIns, worker] = await Promise.all([
    needsStandIns
      ? runStandIns(context, tellTaken(screen, 'the stand-ins', standInPort), whisper)
      : undefined,
    runWorker(context, settings),
    runReal(real, context),
  ]);
  const softphone = options.sip ? await runPhone(context, livekit) : undefined;
  const prompts = await promptNames(agent.promptsDir);
  screen.say(`\n${renderOverview({ plan, livekit, standIns, worker, prompts, logDir })}\n`);
  screen.say(
    `Ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s. ${invitation(worker.pageUrl)}`,
  );
  if (softphone) screen.say(softphone);
  void fetchEars();
  return { screen, worker, standIns };
}

/** Starts services that end with dev, in reverse order. */
const keeper = (screen: Screen, services: Supervised[]) => (name: string, start: () => Service) => {
  const service = supervise({ name, start, say: screen.say });
  services.push(service);
  return service;
};

const invitation = (pageUrl: string | undefined) =>
  `${pageUrl ? `Open ${pageUrl} and call. ` : ''}Ctrl-C ends all of it.`;

interface Started {
  screen: Screen;
  worker: { service: Supervised };
  standIns: { service: Supervised } | undefined;
}

/** Prompts are not watched here: the worker reads their edits by itself. */
function restartOnChange({ screen, worker, standIns }: Started): () => void {
  return watchSources(dirname(import.meta.dirname), (paths) => {
    const under = (folder: string) => paths.filter((path) => path.startsWith(`${folder}/`)).length;
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
    const names = paths.slice(0, 3).map((path) => `src/${path}`);
    if (under('dev') > 0) screen.say('src/dev changed: start npm run dev again to use it');
    if (under('standin') > 0) void standIns?.service.restart();
    if (paths.length === under('dev') + under('standin')) return;
    screen.say(`${names.join(', ')}${more} changed: restarting the worker; calls in progress end`);
    void worker.service.restart();
  });
}

/** Fulfilled by the first Ctrl-C, SIGTERM or hang-up of the terminal; the second ends everything at once. */
function untilStopAsked(screen: Screen, services: readonly Supervised[]): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) {
        for (const service of services) service.kill();
        process.exit(130);
      }
      asked = true;
      screen.say('Stopping; once more to force it.');
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}
