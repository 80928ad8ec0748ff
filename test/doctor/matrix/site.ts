import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKit, startLiveKit } from '../../../src/dev/livekit.ts';
import { freeTcpPort } from '../../../src/dev/ports.ts';
import { type StandIn, startStandIn } from '../../../src/standin/server.ts';
import { type Coturn, startCoturn } from '../../e2e/coturn.ts';
import { type Checked, runCheck, type Serving, startServing } from './program.ts';
import type { Settings } from './row.ts';

type Undo = () => unknown;

/** An installation in which every hop works, of real servers on loopback; rows break parts of it. */
export interface Site {
  /** What `check` is run with where everything is well. */
  readonly settings: Settings;
  readonly livekit: LiveKit;
  /** Serves all three models, strict about nothing. */
  readonly standIn: StandIn;
  readonly coturn: Coturn;
  readonly worker: Serving;
  /** For files of the row. */
  readonly dir: string;
  check(settings: Settings, args?: readonly string[]): Promise<Checked>;
  /** Runs when the row is over, the last one first. */
  afterwards(undo: Undo): void;
  /** Ends the row: everything is as it was. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

const SECRET = 'shared secret of the matrix';

export async function startSite(): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-doctor-'));
  const prompts = join(dir, 'prompts');
  await mkdir(prompts);
  await writeFile(join(prompts, 'default.md'), 'You answer calls, in one short sentence.');
  const [livekit, standIn, coturn, healthPort] = await Promise.all([
    startLiveKit(),
    startStandIn(),
    startCoturn({ dir, settings: ['use-auth-secret', `static-auth-secret=${SECRET}`] }),
    freeTcpPort(),
  ]);
  const serving = {
    LIVEKIT_URL: livekit.url,
    LIVEKIT_API_KEY: livekit.apiKey,
    LIVEKIT_API_SECRET: livekit.apiSecret,
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: 'stand-in',
    AGENT_NAME: 'agent-of-the-matrix',
    PROMPTS_DIR: prompts,
  };
  const settings = {
    ...serving,
    CHECK_READY_URLS: `http://127.0.0.1:${healthPort}/readyz`,
    TURN_URLS: `turn:127.0.0.1:${coturn.port}?transport=udp,turn:127.0.0.1:${coturn.port}?transport=tcp`,
    TURN_SECRET: SECRET,
  };
  const worker = startServing(
    { ...serving, WEB_PORT: '0', HEALTH_PORT: `${healthPort}`, WEB_TOKEN: 'credential-of-the-matrix' },
    dir,
  );
  await worker.untilReady(settings.CHECK_READY_URLS);
  const undos: Undo[] = [];
  return {
    ...{ settings, livekit, standIn, coturn, worker, dir },
    check: (used, args = []) => runCheck({ settings: used, args, cwd: dir }),
    afterwards: (undo) => void undos.unshift(undo),
    async restore() {
      for (const undo of undos.splice(0)) await undo();
      standIn.control({ reset: true });
    },
    async close() {
      await worker.stop();
      await Promise.all([livekit.close(), standIn.close(), coturn.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
