import { isLoopback, secretProblem } from './config/rules.ts';
import type { Config } from './config/schema.ts';
import { createWorker, type Worker } from './dispatch/worker.ts';
import { adoptFrameworkLog } from './observe/framework-log.ts';
import { createLog, type Log } from './observe/log.ts';
import { requirePersona } from './persona/choose.ts';
import { createPersonaStore } from './persona/store.ts';
import { loadVad } from './stages/vad.ts';
import { listen, type WebListener } from './web/listen.ts';

/**
 * Composes this process: the worker, the page, or both. Returns when it was told to stop by SIGTERM (running
 * calls are waited for) or SIGINT (they are ended); a second signal ends it at once.
 *
 * @throws AppError when LiveKit cannot be reached, the page's port is taken, or PROMPT cannot be used.
 */
export async function serve(config: Config, { worker: withWorker }: { worker: boolean }): Promise<void> {
  const log = createLog(config.log);
  adoptFrameworkLog(log, config.log.level);
  warnAboutSecret(config, log);
  const personas = createPersonaStore({ dir: config.agent.promptsDir, log });
  await personas.load();
  requirePersona(personas, config.agent.prompt);
  const stopWatching = personas.watch();

  const web = config.web.enabled || !withWorker ? await listen({ config, personas, log }) : undefined;
  // The extension follows how this file runs: .ts under tsx, .js in dist.
  // Each call's process loads its own; this one tells a broken install before LiveKit sends a caller.
  if (withWorker) await loadVad(config.turn);
  const agentFile = import.meta.filename.replace(/serve(\.[jt]s)$/, 'agent$1');
  const worker = withWorker ? createWorker({ config, log, agentFile }) : undefined;
  const stopped = stopOnSignals({ worker, web, log });
  await (worker ? Promise.race([worker.run(), stopped]) : stopped);
  await stopped;
  stopWatching();
  process.exit(0);
}

/** LiveKit itself only logs an error for a short secret; the development pair is fine where nobody else can come. */
function warnAboutSecret({ livekit }: Config, log: Log): void {
  const problem = isLoopback(livekit.url) ? secretProblem(livekit.apiSecret) : undefined;
  if (problem)
    log.warn({ got: problem.got, want: problem.want }, 'LIVEKIT_API_SECRET is for this machine only');
}

function stopOnSignals({
  worker,
  web,
  log,
}: {
  worker: Worker | undefined;
  web: WebListener | undefined;
  log: Log;
}) {
  return new Promise<void>((resolve) => {
    let stopping = false;
    const stop = async (signal: NodeJS.Signals) => {
      if (stopping) process.exit(130);
      stopping = true;
      log.info({ signal }, 'stopping');
      // The page goes first: it would send callers to a worker that takes none.
      await web?.close();
      await worker?.stop({ drain: signal === 'SIGTERM' });
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
