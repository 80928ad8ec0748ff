import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomKeyPair } from '../../../../src/dev/livekit-keys.ts';
import { type StandIn, startStandIn } from '../../../../src/standin/server.ts';
import { type Checked, runCheck, type Serving, startServing } from '../program.ts';
import type { Settings } from '../row.ts';
import { type Front, HOST, openFront } from './doors.ts';
import { AT, TURN_PORT, within } from './network.ts';
import type { Restartable } from './restartable.ts';
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

/** From where it is checked: beside the agent with all settings, or from a laptop with the page's credential only. */
export type Seat = 'inside' | 'outside';

/** An installation in which every hop works, of real servers in a network of their own; rows break parts of it. */
export interface Site {
  /** What `check` is given where everything is well. */
  readonly settings: Readonly<Record<Seat, Settings>>;
  readonly livekit: Restartable<LiveKitConfig>;
  readonly stunner: Restartable<StunnerConfig>;
  readonly front: Front;
  /** Serves all three models, strict about nothing. */
  readonly standIn: StandIn;
  readonly worker: Restartable<Settings>;
  /** For files of rows. */
  readonly dir: string;
  check(seat: Seat, settings: Settings): Promise<Checked>;
  /** Restarts a server with another configuration; the row's end restarts it with its own. */
  spoil<C>(server: Restartable<C>, change: (config: C) => C): Promise<void>;
  /** Runs when the row is over, the last one first. */
  afterwards(undo: Undo): void;
  /** Ends the row: everything is as it was. */
  restore(): Promise<void>;
  /** The worker answers and is ready for calls. */
  untilReady(): Promise<void>;
  describe(): string;
  close(): Promise<void>;
}

const TURN_SECRET = 'shared-secret-of-the-matrix-0123456789';
const WEB_TOKEN = 'credential-of-the-matrix';
const PORT = { page: 8080, health: 8081, models: 9100 };
const READY_URL = `http://${AT.page}:${PORT.health}/readyz`;

export async function startSite(): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-doctor-'));
  const secrets = { ...randomKeyPair(), turnSecret: TURN_SECRET };
  const [livekit, stunner, standIn, front] = await Promise.all([
    startLiveKit(livekitConfig(secrets)),
    startStunner(dir, stunnerConfig(TURN_SECRET)),
    startStandIn({ host: AT.models, port: PORT.models }),
    openFront(dir, {
      [HOST.page]: { host: AT.page, port: PORT.page },
      [HOST.livekit]: { host: AT.sfu, port: 7880 },
    }),
  ]);
  const serving = await servingSettings(dir, secrets, standIn);
  const last: { serving?: Serving } = {};
  const worker = await restartableServing(serving, dir, last);
  const settings = { inside: insideSettings(serving), outside: outsideSettings(front) };
  const undos: Undo[] = [];
  const afterwards = (undo: Undo) => void undos.unshift(undo);
  const untilReady = async () => last.serving?.untilReady(READY_URL);
  await untilReady();
  return {
    ...{ settings, livekit, stunner, front, standIn, worker, dir, afterwards, untilReady },
    check: (seat, used) => runCheck({ settings: used, cwd: dir, ...FROM[seat] }),
    async spoil(server, change) {
      afterwards(async () => {
        await server.restart(server.config);
        await untilReady();
      });
      await server.restart(change(server.config));
    },
    async restore() {
      for (const undo of undos.splice(0)) await undo();
      standIn.control({ reset: true });
    },
    describe: () => last.serving?.describe() ?? '',
    async close() {
      await worker.stop();
      await Promise.all([livekit.stop(), stunner.stop(), standIn.close(), front.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const FROM = {
  inside: {},
  outside: { args: ['--page', `https://${HOST.page}`], within: within('laptop') },
} as const;

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
    STT_API_KEY: 'key-of-the-matrix',
    LLM_API_KEY: 'key-of-the-matrix',
    TTS_API_KEY: 'key-of-the-matrix',
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

function insideSettings(serving: Settings): Settings {
  return {
    ...serving,
    CHECK_READY_URLS: READY_URL,
    TURN_URLS: `turn:${AT.relay}:${TURN_PORT.udp}?transport=udp,turn:${AT.relay}:${TURN_PORT.tcp}?transport=tcp`,
    TURN_SECRET,
  };
}

function outsideSettings({ certificate }: Front): Settings {
  return { WEB_TOKEN, NODE_EXTRA_CA_CERTS: certificate.caFile };
}

async function restartableServing(
  healthy: Settings,
  dir: string,
  last: { serving?: Serving },
): Promise<Restartable<Settings>> {
  last.serving = startServing(healthy, dir);
  return {
    config: healthy,
    async restart(config) {
      await last.serving?.stop();
      last.serving = startServing(config, dir);
    },
    stop: async () => last.serving?.stop(),
  };
}
