import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomKeyPair } from '../../../../src/dev/livekit-keys.ts';
import { type StandIn, startStandIn } from '../../../../src/standin/server.ts';
import { type RedisOptions, startRedis } from '../../../e2e/redis.ts';
import {
  type Checked,
  type CheckRun,
  runCheck,
  type Serving,
  type ServingCommand,
  startServing,
} from '../program.ts';
import type { Settings } from '../row.ts';
import { BACKENDS, type Front, HOST, openFront } from './doors.ts';
import { AT, TURN_PORT, within } from './network.ts';
import { type Restartable, restartable } from './restartable.ts';
import {
  type LiveKitConfig,
  livekitConfig,
  livekitUrl,
  type StunnerConfig,
  startLiveKit,
  startStunner,
  stunnerConfig,
} from './servers.ts';

export type Undo = () => unknown;

/**
 * From where it is checked: beside the agent with all settings; from a laptop with the page's credential only; with all
 * settings from where the laptop is, as of a worker outside the private network.
 */
export type Seat = 'inside' | 'outside' | 'afar';

/** An installation in which every hop works, of real servers in a network of their own; rows break parts of it. */
export interface Site {
  /** What `check` is given where everything is well. */
  readonly settings: Readonly<Record<Seat, Settings>>;
  readonly livekit: Restartable<LiveKitConfig>;
  readonly stunner: Restartable<StunnerConfig>;
  /** LiveKit's nodes would find each other by it. */
  readonly redis: Restartable<RedisOptions>;
  readonly front: Front;
  /** Serves all three models, as strict as the servers that it plays. */
  readonly standIn: StandIn;
  readonly worker: Restartable<ServingRun>;
  /** For files of rows. */
  readonly dir: string;
  check(seat: Seat, settings: Settings, only?: string): Promise<Checked>;
  /** What no report may hold: tokens, and every secret of the installation. */
  readonly secrets: RegExp;
  /** Restarts a server with another configuration; the row's end restarts it with its own. */
  spoil<C>(server: Restartable<C>, change: (config: C) => C): Promise<void>;
  /** The same for worker and page, which answer then, ready or not; `command`: `web` is the page alone. */
  spoilWorker(change: Settings, command?: ServingCommand): Promise<void>;
  /** Starts worker and page as they were. */
  restartWorker(): Promise<void>;
  /** Runs when the row is over, the last one first. */
  afterwards(undo: Undo): void;
  /** Ends the row: everything is as it was. */
  restore(): Promise<void>;
  /** The worker is ready for calls. */
  untilReady(): Promise<void>;
  describe(): string;
  close(): Promise<void>;
}

const TURN_SECRET = 'shared-secret-of-the-matrix-0123456789';
const WEB_TOKEN = 'credential-of-the-matrix';
const API_KEY = 'key-of-the-matrix';
const REDIS_PASSWORD = 'password-of-the-matrix';
const PORT = { page: BACKENDS.page.port, health: 8081, models: 9100, redis: 6379, metrics: 6789 };
const READY_URL = `http://${AT.page}:${PORT.health}/readyz`;

const STRICT = {
  reset: true,
  profile: { tts: { realtimeFactor: 5 } },
  stt: { strict: 'speaches-0.8.3' },
  llm: { strict: 'vllm-0.32.0' },
  tts: { strict: 'speaches-0.8.3' },
} as const;

export async function startSite(): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-doctor-'));
  const secrets = { ...randomKeyPair(), turnSecret: TURN_SECRET };
  const [livekit, stunner, redis, standIn, front] = await Promise.all([
    startLiveKit(livekitConfig(secrets)),
    startStunner(dir, stunnerConfig(TURN_SECRET)),
    restartableRedis(dir),
    startStandIn({ host: AT.models, port: PORT.models }),
    openFront(dir, {
      [HOST.page]: BACKENDS.page,
      [HOST.livekit]: BACKENDS.livekit,
    }),
  ]);
  standIn.control(STRICT);
  const serving = await servingSettings(dir, secrets, standIn);
  const last: { serving?: Serving } = {};
  const worker = await restartableServing(serving, dir, last);
  const inside = insideSettings(serving);
  const settings = { inside, outside: outsideSettings(front), afar: afarSettings(inside, front) };
  const undos: Undo[] = [];
  const afterwards = (undo: Undo) => void undos.unshift(undo);
  const untilReady = async () => last.serving?.untilReady(READY_URL);
  const restartWorker = async () => {
    await worker.restart(worker.config);
    await untilReady();
  };
  const untilUp = async () => last.serving?.untilReady(READY_URL.replace('readyz', 'healthz'));
  await untilReady();
  return {
    ...{ settings, livekit, stunner, redis, front, standIn, worker, dir },
    ...{ afterwards, untilReady, restartWorker },
    secrets: new RegExp(
      ['eyJhbGci', secrets.apiSecret, TURN_SECRET, WEB_TOKEN, API_KEY, REDIS_PASSWORD].join('|'),
    ),
    check(seat, used, only) {
      const { args = [], ...from } = FROM[seat];
      return runCheck({
        settings: used,
        cwd: dir,
        ...from,
        args: [...args, ...(only ? ['--only', only] : [])],
      });
    },
    async spoil(server, change) {
      afterwards(async () => {
        await server.restart(server.config);
        await untilReady();
      });
      await server.restart(change(server.config));
    },
    async spoilWorker(change, command = 'start') {
      afterwards(restartWorker);
      await worker.restart({ command, settings: { ...worker.config.settings, ...change } });
      await untilUp();
    },
    async restore() {
      for (const undo of undos.splice(0)) await undo();
      standIn.control(STRICT);
    },
    describe: () => last.serving?.describe() ?? '',
    async close() {
      await worker.stop();
      await Promise.all([livekit.stop(), stunner.stop(), redis.stop(), standIn.close(), front.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const FROM: Readonly<Record<Seat, Pick<CheckRun, 'args' | 'within'>>> = {
  inside: {},
  outside: { args: ['--page', `https://${HOST.page}`], within: within('laptop') },
  afar: { within: within('laptop') },
};

/** What worker and page are started with. */
async function servingSettings(
  dir: string,
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
  { baseUrl }: StandIn,
): Promise<Settings> {
  const prompts = join(dir, 'prompts');
  await mkdir(prompts);
  await writeFile(join(prompts, 'default.md'), 'You answer calls, in one short sentence.');
  return {
    LIVEKIT_URL: livekitUrl({ port: 7880 }),
    LIVEKIT_PUBLIC_URL: `wss://${HOST.livekit}`,
    LIVEKIT_API_KEY: apiKey,
    LIVEKIT_API_SECRET: apiSecret,
    STT_BASE_URL: baseUrl,
    LLM_BASE_URL: baseUrl,
    TTS_BASE_URL: baseUrl,
    STT_MODEL: 'stand-in-stt',
    LLM_MODEL: 'stand-in-llm',
    TTS_MODEL: 'stand-in-tts',
    STT_API_KEY: API_KEY,
    LLM_API_KEY: API_KEY,
    TTS_API_KEY: API_KEY,
    AGENT_NAME: 'agent-of-the-matrix',
    PROMPTS_DIR: prompts,
    WEB_HOST: AT.page,
    WEB_PORT: `${PORT.page}`,
    WEB_TOKEN,
    WEB_TRUSTED_PROXIES: `${AT.loadBalancer}/32`,
    HEALTH_PORT: `${PORT.health}`,
    HEALTH_HOST: AT.page,
  };
}

/** As LiveKit's would be. */
function restartableRedis(dir: string): Promise<Restartable<RedisOptions>> {
  const healthy = { host: AT.redis, port: PORT.redis, password: REDIS_PASSWORD };
  return restartable(healthy, (options) => startRedis(dir, options));
}

function insideSettings(serving: Settings): Settings {
  return {
    ...serving,
    CHECK_READY_URLS: READY_URL,
    CHECK_METRICS_URLS: `http://${AT.sfu}:${PORT.metrics}/metrics`,
    CHECK_REDIS_URL: `redis://:${REDIS_PASSWORD}@${AT.redis}:${PORT.redis}`,
    TURN_URLS: `turn:${AT.relay}:${TURN_PORT.udp}?transport=udp,turn:${AT.relay}:${TURN_PORT.tcp}?transport=tcp`,
    TURN_SECRET,
  };
}

function afarSettings(inside: Settings, { certificate }: Front): Settings {
  const TURN_URLS = inside.TURN_URLS?.replaceAll(AT.relay, AT.loadBalancer) ?? '';
  const LIVEKIT_URL = `wss://${HOST.livekit}`;
  return { ...inside, LIVEKIT_URL, TURN_URLS, NODE_EXTRA_CA_CERTS: certificate.caFile };
}

function outsideSettings({ certificate }: Front): Settings {
  return { WEB_TOKEN, NODE_EXTRA_CA_CERTS: certificate.caFile };
}

interface ServingRun {
  command: ServingCommand;
  settings: Settings;
}

async function restartableServing(
  settings: Settings,
  dir: string,
  last: { serving?: Serving },
): Promise<Restartable<ServingRun>> {
  const start = (run: ServingRun) => {
    last.serving = startServing(run.command, run.settings, dir);
  };
  const config: ServingRun = { command: 'start', settings };
  start(config);
  return {
    config,
    async restart(run) {
      await last.serving?.stop();
      start(run);
    },
    stop: async () => last.serving?.stop(),
  };
}
