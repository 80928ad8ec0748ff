import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentDispatchClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type LiveKit, startLiveKit } from '../../src/dev/livekit.ts';
import { disposeRtc } from '../../src/framework/dispose-rtc.ts';
import type { Profile } from '../../src/standin/control.ts';
import { type StandIn, startStandIn } from '../../src/standin/server.ts';
import { atMost } from '../helpers/at-most.ts';
import { AGENT_NAME, type Callers, createCallers, PAGE_TOKEN } from './callers.ts';
import { runProgram, type WorkerProcess } from './worker.ts';

export interface StackOptions {
  /** Settings of the worker, on top of the stack's own. */
  env?: Record<string, string>;
  /** Prompt files by name without `.md`; default: one without a greeting. */
  prompts?: Record<string, string>;
  /** Speed of the stand-in models. */
  profile?: Profile;
  /** Starts the livekit-server; default: one of its own that is reached without detours. */
  livekit?: () => Promise<LiveKit>;
  /** `false`: the test starts it, with `startProgram`. */
  worker?: boolean;
  /** Told before the worker starts. */
  onStandIn?(standIn: StandIn): void;
  /** Settings of more workers, on top of `env`. */
  moreWorkers?(standIn: StandIn): readonly Record<string, string>[];
  /** Tests run at the same time: each has its own caller leave, and the stand-ins forget nothing between two. */
  sideBySide?: boolean;
}

/** Everything a call needs, real but for the models. */
export interface Stack {
  readonly livekit: LiveKit;
  readonly standIn: StandIn;
  readonly callers: Callers;
  /** The program that was started first. */
  readonly worker: WorkerProcess;
  /** All that were started. */
  readonly programs: readonly WorkerProcess[];
  /** Where the worker serves its page. */
  pageUrl(): Promise<string>;
  /** `start` for worker and page, `web` for the page alone. */
  startProgram(command: 'start' | 'web', env?: Record<string, string>): WorkerProcess;
  writePrompt(name: string, content: string): Promise<void>;
  /** Asks for an agent in a room that exists. */
  dispatch(room: string, agentName: string): Promise<unknown>;
}

interface Running extends Stack {
  describe(): string;
  close(): Promise<void>;
}

/** Stacks of this process that have begun to start and not ended. */
const stacks = new Set<Promise<unknown>>();
/** A program that does not get ready in time is taken for a broken one. */
const startInTurn = atMost(3);

/**
 * A stack for the tests of one file or suite: started before them and ended after, with no process left. Between two tests
 * the callers leave and the stand-ins forget; a test that fails prints what callers and worker saw. Where suites run at the
 * same time, no test begins before the stacks of all have started: what starts takes the processor from what is heard.
 */
export function useStack(options: StackOptions = {}): () => Stack {
  let running: Running | undefined;
  let ready: Promise<unknown> = Promise.resolve();
  const getReady = async () => {
    running = await start(options);
    await Promise.all(running.programs.flatMap((program) => READY.map((line) => program.logged(line))));
  };
  beforeAll(async () => {
    ready = startInTurn(getReady);
    stacks.add(ready);
    await ready;
    // By now those of all suites have been added.
    await Promise.allSettled(stacks);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${running?.describe()}\n`);
    if (options.sideBySide) return;
    await running?.callers.leave();
    running?.standIn.control({ reset: true });
  });
  afterAll(async () => {
    await running?.close();
    stacks.delete(ready);
    if (stacks.size === 0) await disposeRtc();
  });
  return () => {
    if (!running) throw new Error('the stack did not start');
    return running;
  };
}

/** A worker's log lines after which it takes calls. */
const READY = ['worker registered', 'host process ready'];

const PLAIN_PROMPT = 'You are the voice agent of the end-to-end tests.';

async function start(options: StackOptions): Promise<Running> {
  const { env = {}, prompts = { default: PLAIN_PROMPT }, profile = {}, worker = true } = options;
  const { livekit: startOwnLiveKit = startLiveKit } = options;
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-e2e-'));
  const promptsDir = join(dir, 'prompts');
  const writePrompt = (name: string, content: string) => writeFile(join(promptsDir, `${name}.md`), content);
  await mkdir(promptsDir);
  for (const [name, content] of Object.entries(prompts)) await writePrompt(name, content);
  const [livekit, standIn] = await Promise.all([startOwnLiveKit(), startStandIn({ profile })]);
  const callers = createCallers(livekit);
  const programs: WorkerProcess[] = [];
  const running: Running = {
    ...{ livekit, standIn, callers, programs, writePrompt },
    dispatch: (room, agentName) =>
      new AgentDispatchClient(livekit.url, livekit.apiKey, livekit.apiSecret).createDispatch(room, agentName),
    get worker() {
      const [first] = programs;
      if (!first) throw new Error('no worker was started');
      return first;
    },
    startProgram(command, more = {}) {
      const all = { ...settings(livekit, standIn, promptsDir), ...env, ...more };
      const program = runProgram(command, all, dir);
      programs.push(program);
      return program;
    },
    pageUrl: async () => String((await running.worker.logged('page listening')).url),
    describe: () => [callers, ...programs].map((part) => part.describe()).join('\n'),
    async close() {
      await callers.leave();
      await Promise.all(programs.map((program) => program.stop()));
      await Promise.all([livekit.close(), standIn.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
  options.onStandIn?.(standIn);
  if (worker) running.startProgram('start');
  for (const more of options.moreWorkers?.(standIn) ?? []) running.startProgram('start', more);
  return running;
}

function settings(livekit: LiveKit, standIn: StandIn, promptsDir: string): Record<string, string> {
  return {
    LIVEKIT_URL: livekit.url,
    LIVEKIT_API_KEY: livekit.apiKey,
    LIVEKIT_API_SECRET: livekit.apiSecret,
    OPENAI_BASE_URL: standIn.baseUrl,
    // Tests count requests; warm.e2e.ts leaves these on.
    LLM_PRIME: 'false',
    TTS_CACHE: 'false',
    // On a busy machine any answer may be late; behaviours/calls/silence.ts leaves it on.
    FILLER_AFTER_MS: '0',
    // Callers, LiveKit and models are on the same processors: dispatch/overload.test.ts and the bench leave it on.
    OVERLOAD_AT: '1',
    OPENAI_API_KEY: 'stand-in',
    WEB_TOKEN: PAGE_TOKEN,
    AGENT_NAME,
    PROMPTS_DIR: promptsDir,
    WEB_PORT: '0',
    HEALTH_PORT: '0',
    LOG_LEVEL: 'debug',
  };
}
