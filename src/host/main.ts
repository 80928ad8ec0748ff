import { ppid } from 'node:process';
import { openCallMemory } from '../call/call-memory.ts';
import { phraseFolder, soundFolder } from '../call/phrase-cache.ts';
import { preparePhrases } from '../call/prepare-phrases.ts';
import { loadConfig } from '../config/load.ts';
import type { ToHost } from '../dispatch/host-messages.ts';
import { adoptFrameworkLog } from '../framework/logger.ts';
import { adoptRtcLog } from '../framework/rtc-logger.ts';
import { createLog } from '../observe/log.ts';
import type { Tracing } from '../observe/trace/tracing.ts';
import { systemClock } from '../openai/clock.ts';
import { boot } from './boot.ts';
import { type CallContext, currentCall } from './call-context.ts';
import { type Calls, createCalls } from './calls.ts';
import { openChannel } from './channel.ts';
import { type Fault, watchFaults } from './faults.ts';
import { collectWhenIdle } from './idle-gc.ts';
import { watchLoopLag, watchLoopUse } from './loop-lag.ts';
import { openCall } from './open-call.ts';
import { createRecalls } from './recalls.ts';

/**
 * Entry of a host process, which `dispatch` forks: runs the calls that the worker tells it to run (`ToHost`), and tells what
 * becomes of them (`FromHost`). It ends when it has drained, or when its worker is gone.
 */

const config = loadConfig();
/** `argv[2]`: which of the worker's hosts this is. */
const log = createLog(config.log).child({ host: Number(process.argv[2] ?? 0) });
const channel = openChannel();
const lagMs = watchLoopLag();
const busy = watchLoopUse();
const recalls = createRecalls(channel.send, systemClock);
let calls: Calls | undefined;
let tracing: Tracing | undefined;
let isUnfit = false;
/** A listener that throws does so at each event. */
const faulty = new WeakSet<CallContext>();

function unfit(reason: string): void {
  if (!isUnfit) channel.send({ kind: 'unfit', reason });
  isUnfit = true;
}

function onFault({ error, how }: Fault): void {
  const call = currentCall();
  const isFirst = !call || !faulty.has(call);
  if (call) faulty.add(call);
  const what = call ? 'a fault of this call: it ends' : 'a fault of no known call';
  (call?.log ?? log)[isFirst ? 'error' : 'debug']({ error, how }, what);
  unfit(how);
  calls?.fail(call?.jobId, error);
}

/** Ends this process without its own clean-up: that of the native threads has hung. */
async function exit(): Promise<void> {
  await Promise.all([channel.flushed(), tracing?.flush()]);
  process.kill(process.pid, 'SIGKILL');
}

function take(message: ToHost, running: Calls): void {
  if (message.kind === 'start-call') running.start(message.job, message);
  else if (message.kind === 'end-call') running.end(message.jobId, message.reason);
  else if (message.kind === 'listened') running.listened(message.jobId);
  else if (message.kind === 'recalled') recalls.answered(message);
  else if (message.kind === 'drain') void running.whenNone().then(exit);
  else if (message.kind === 'ping')
    channel.send({ kind: 'pong', id: message.id, ...usage(), lagMs: lagMs(), busy: busy() });
}

function usage() {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: Math.round((user + system) / 1000),
    rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

async function run(): Promise<void> {
  const currentLog = () => currentCall()?.log;
  adoptFrameworkLog(log, config.log.level, currentLog);
  adoptRtcLog(log, currentLog);
  watchFaults(onFault);
  const shared = await boot(config, log, {
    onFault: (error) => onFault({ error, how: 'listener threw' }),
    onPanic: (message) => {
      log.error({ message }, 'the native client panicked');
      unfit('the native client panicked');
    },
  });
  tracing = shared.tracing;
  const memory = await openCallMemory(phraseFolder(ppid), config, log, soundFolder(config.tts.cacheDir));
  const parts = { shared, memory, recalls, send: channel.send };
  const running = createCalls({
    log,
    send: channel.send,
    open: (job, context, how) => openCall(job, context, parts, how),
    onIdle: collectWhenIdle(() => running.count === 0, systemClock),
  });
  calls = running;
  channel.onMessage((message) => take(message, running));
  channel.onGone(() => {
    log.warn({ calls: running.count }, 'the worker is gone: calls end');
    running.endAll('worker gone');
    void running.whenNone().then(exit);
  });
  channel.send({ kind: 'ready' });
  void preparePhrases({
    ...{ config, personas: shared.personas, log, clock: systemClock },
    store: memory.phrases,
    signal: new AbortController().signal,
  });
}

// Standard output is the worker's: that it is gone is told by the channel.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
// A terminal sends them to every process of its group; the worker decides.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
run().catch((error) => {
  log.fatal({ error }, 'this host process cannot take calls');
  process.exit(1);
});
