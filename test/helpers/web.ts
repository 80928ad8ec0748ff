import type { FastifyInstance, InjectOptions } from 'fastify';
import { createLog } from '../../src/observe/log.ts';
import { openCredentials } from '../../src/web/credentials.ts';
import { createWeb, type WebParts } from '../../src/web/server.ts';
import { configFrom } from './config.ts';
import { FakeLiveKit } from './livekit-api.ts';
import { type TurnedClock, turnedClock } from './web-clock.ts';

const prompts = new Map([
  ['default', { name: 'default', description: 'A friendly assistant' }],
  ['phone', { name: 'phone', description: 'Short answers' }],
]);

export interface TestWeb {
  app: FastifyInstance;
  clock: TurnedClock;
  livekit: FakeLiveKit;
  /** Log lines written so far. */
  lines: string[];
}

/** A credential for `WEB_TOKEN`. */
export const TOKEN = 'a-token-of-these-unit-tests';

/**
 * The web server on a fake LiveKit and a standing clock; nothing listens.
 *
 * @param openLocally - as under `npm run dev`
 * @param files - texts by path, for credentials
 */
export function createTestWeb(
  env: Record<string, string> = {},
  openLocally = true,
  files: Record<string, string> = {},
  callLines: WebParts['lines'] = async () => 'unknown',
  dialler?: WebParts['dialler'],
): TestWeb {
  const clock = turnedClock(Date.now());
  const livekit = new FakeLiveKit();
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'info', pii: false, destination });
  const personas = { get: (name: string) => prompts.get(name), list: () => [...prompts.values()] };
  const config = configFrom(env);
  const credentials = openCredentials(config.web, (path) => files[path]);
  return {
    app: createWeb({
      ...{ config, personas, livekit, dialler, log, clock, credentials, openLocally },
      lines: callLines,
    }),
    clock,
    livekit,
    lines,
  };
}

/** A request as this machine's own browser or terminal sends it. */
export const LOCAL = { remoteAddress: '127.0.0.1', headers: { host: 'localhost:8080' } };

/** A request from another machine. */
export const REMOTE = { remoteAddress: '10.1.2.3', headers: { host: 'agent.example:8080' } };

export function tokenRequest(payload: object = {}, visitor: Partial<InjectOptions> = LOCAL): InjectOptions {
  return { method: 'POST', url: '/api/token', payload, ...visitor };
}
