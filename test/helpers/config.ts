import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';

/** The smallest environment that is a valid configuration. */
export const MINIMAL_ENV = {
  LIVEKIT_URL: 'ws://127.0.0.1:7880',
  LIVEKIT_API_KEY: 'devkey',
  LIVEKIT_API_SECRET: 'secret',
  OPENAI_BASE_URL: 'http://127.0.0.1:9100/v1',
};

/** A configuration from an environment alone: no `.env`, no file of this machine. */
export function configFrom(
  env: Record<string, string | undefined> = {},
  files: Record<string, string> = {},
): Config {
  return loadConfig({ env: { ...MINIMAL_ENV, ...env }, read: (path) => files[path] });
}
