import { ppid } from 'node:process';
import { defineAgent, type JobContext, type VAD } from '@livekit/agents';
import { ContinualGatheringPolicy, IceTransportType } from '@livekit/rtc-node';
import { startCall } from './call/call.ts';
import { openCallMemory } from './call/call-memory.ts';
import type { CallHost } from './call/host.ts';
import { phraseFolder } from './call/phrase-cache.ts';
import { rehearse } from './call/rehearse.ts';
import { loadConfig } from './config/load.ts';
import { proxyFor, routeNativeClient } from './config/proxy.ts';
import type { Config } from './config/schema.ts';
import { adoptFrameworkLog } from './framework/logger.ts';
import type { Report } from './observe/facts.ts';
import { createLog, type Log } from './observe/log.ts';
import { relayPath, sendFacts } from './observe/relay.ts';
import { goThroughProxies } from './openai/proxied-fetch.ts';
import { createPersonaStore } from './persona/store.ts';
import { loadVad } from './stages/vad.ts';

interface ProcessData extends Record<string, unknown> {
  config: Config;
  vad: VAD;
  report: Report;
}

/** What each call's process imports: loads what can be shared before the call, then runs it. */
export default defineAgent<ProcessData>({
  prewarm: async (process) => {
    const config = loadConfig();
    routeNativeClient(config);
    goThroughProxies((url) => proxyFor(url, config.proxy));
    const log = createLog(config.log);
    adoptFrameworkLog(log, config.log.level);
    process.userData.config = config;
    const vad = await loadVad(config.turn);
    process.userData.vad = vad;
    const personas = createPersonaStore({ dir: config.agent.promptsDir, log, quiet: true });
    // What is wrong with it shows, and is told, when a call starts.
    await rehearse({ config, personas, vad }).catch((error) => log.debug({ error }, 'not rehearsed'));
    process.userData.report = sendFacts(relayPath(ppid));
    process.userData.report({ fact: 'process-ready' });
  },
  entry: async (job) => {
    const { config, vad, report } = job.proc.userData;
    const log = createLog(config.log).child({ callId: job.job.id });
    adoptFrameworkLog(log, config.log.level);
    // Read at call start, not before: this process may be older than the last edit of a prompt.
    const personas = createPersonaStore({ dir: config.agent.promptsDir, log, quiet: true });
    const memory = await openCallMemory(phraseFolder(ppid), config, log);
    const host = hostOf(job, config, report);
    const call = startCall({ host, config, personas, vad, report, log, memory });
    // However the call ends: the framework may notice first.
    job.addShutdownCallback(async () => {
      await call.end('job ended');
      exitSoon(log);
    });
    // Not awaited: the framework waits for this function when it ends a call from outside.
    void call.ended.then(({ reason }) => job.shutdown(reason));
  },
});

/** Longer than the framework needs to close a call when nothing is in the way. */
const EXIT_WITHIN_MS = 5000;

/** Nothing of a call that is over is worth its slot. */
function exitSoon(log: Log): void {
  // All is said and written by then. The clean-up of native threads behind it has hung, and kept the process for a minute.
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
  const timer = setTimeout(() => {
    log.warn({ withinMs: EXIT_WITHIN_MS }, 'call process did not end by itself');
    process.exit(0);
  }, EXIT_WITHIN_MS);
  timer.unref();
}

function hostOf(job: JobContext<ProcessData>, { livekit }: Config, report: Report): CallHost {
  return {
    callId: job.job.id,
    room: job.room,
    dispatchMetadata: job.job.metadata,
    // The framework does, and waits for no more of it.
    disconnect: async () => {},
    deleteRoom: () => job.deleteRoom(),
    async connect() {
      const rtcConfig = {
        iceTransportType:
          livekit.iceTransport === 'relay'
            ? IceTransportType.TRANSPORT_RELAY
            : IceTransportType.TRANSPORT_ALL,
        continualGatheringPolicy: ContinualGatheringPolicy.GATHER_CONTINUALLY,
        // Empty: those that the server sends are used, and nobody else's.
        iceServers: [],
      };
      try {
        await job.connect(undefined, undefined, rtcConfig);
      } catch (error) {
        report({ fact: 'call-not-connected' });
        throw error;
      }
    },
  };
}
