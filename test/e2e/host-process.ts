import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AccessToken } from 'livekit-server-sdk';
import { processSources } from '../../src/config/load.ts';
import type { LiveKit } from '../../src/dev/livekit.ts';
import type { AssignedJob, FromHost, ToHost } from '../../src/dispatch/host-messages.ts';
import { createWatch, type Watch } from '../../src/probe/watch.ts';
import type { Held } from './host-preload.ts';
import type { LogLine } from './worker.ts';

const MAIN = fileURLToPath(new URL('../../src/host/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** One host process, with the test in the worker's place. */
export interface HostProcess {
  readonly pid: number | undefined;
  readonly log: readonly LogLine[];
  readonly messages: readonly FromHost[];
  readonly until: Watch['until'];
  /** The first message of this kind that `matches`, now or to come. */
  told<K extends FromHost['kind']>(
    kind: K,
    matches?: (message: Extract<FromHost, { kind: K }>) => boolean,
    timeoutMs?: number,
  ): Promise<Extract<FromHost, { kind: K }>>;
  send(message: ToHost): void;
  /** Has the host join a room, as LiveKit's dispatch would; returns the job's id. */
  join(room: string, metadata?: string): Promise<string>;
  /** What the process holds; wants `host-preload.ts`. */
  held(): Promise<Held>;
  describe(): string;
  stop(): Promise<void>;
}

/** @param preload - a module that the process imports first, such as one that makes calls fail. */
export function startHost(
  { url, apiKey, apiSecret }: Pick<LiveKit, 'url' | 'apiKey' | 'apiSecret'>,
  { env, preload, execArgv = [] }: { env: Record<string, string>; preload?: URL; execArgv?: string[] },
): HostProcess {
  const { PATH, HOME } = processSources().env;
  const log: LogLine[] = [];
  const messages: FromHost[] = [];
  const output: string[] = [];
  const describe = () => `last output of the host:\n${output.slice(-60).join('\n')}`;
  const watch = createWatch(describe);
  const child: ChildProcess = fork(MAIN, {
    execArgv: ['--import', TSX, ...(preload ? ['--import', preload.href] : []), ...execArgv],
    env: { PATH, HOME, ...env, LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream }).on('line', (line) => {
        output.push(line);
        if (line.startsWith('{')) log.push(JSON.parse(line));
        watch.changed();
      });
  }
  child.on('message', (message) => {
    messages.push(message as FromHost);
    watch.changed();
  });
  let jobs = 0;
  return {
    ...{ pid: child.pid, log, messages, describe, until: watch.until },
    told: (kind, matches = () => true, timeoutMs = 30_000) =>
      watch.until(
        `the message «${kind}»`,
        () =>
          messages.find(
            (message): message is Extract<FromHost, { kind: typeof kind }> =>
              message.kind === kind && matches(message as Extract<FromHost, { kind: typeof kind }>),
          ),
        timeoutMs,
      ),
    send: (message) => void child.send(message),
    async join(roomName, metadata = '') {
      jobs += 1;
      const id = `AJ_${jobs}`;
      const identity = `agent-${id}`;
      const token = new AccessToken(apiKey, apiSecret, { identity });
      token.kind = 'agent';
      token.addGrant({ roomJoin: true, room: roomName, canUpdateOwnMetadata: true, agent: true });
      const job: AssignedJob = {
        ...{ id, identity, roomName, metadata, url },
        ...{ dispatchId: '', agentName: '', roomSid: '', attributes: {} },
        token: await token.toJwt(),
      };
      child.send({ kind: 'start-call', job } satisfies ToHost);
      return id;
    },
    held: () =>
      new Promise((resolve) => {
        const hear = (message: { kind: string; held: Held }) => {
          if (message.kind !== 'inspected') return;
          child.off('message', hear);
          resolve(message.held);
        };
        child.on('message', hear);
        child.send({ kind: 'inspect' });
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    },
  };
}
