import { loadConfig } from '../config/load.ts';
import { proxyFor } from '../config/proxy.ts';
import type { Config } from '../config/schema.ts';
import { ConfigError } from '../errors.ts';
import { goThroughProxies } from '../openai/proxied-fetch.ts';
import type { Result } from './check.ts';
import { refusedSettings } from './checks/config.ts';
import { INSIDE } from './inside.ts';
import { type RunOptions, runChecks } from './run.ts';
import { requireFreeSlots } from './worker-lines.ts';

/** Every hop from where an agent sits. Settings that cannot be loaded are the first hop's failure. */
export async function tryFromAgent(options: RunOptions): Promise<Result[]> {
  const config = loaded();
  if (config instanceof ConfigError) {
    const [, ...others] = INSIDE;
    // All others need the first, and so none of them runs without a configuration.
    const context = { fetch, seen: {} } as { config: Config; fetch: typeof fetch; seen: object };
    return runChecks([refusedSettings(config), ...others], context, options);
  }
  goThroughProxies((url) => proxyFor(url, config.proxy));
  await requireFreeSlots(options.parallel, config, fetch);
  return runChecks(INSIDE, { config, fetch, seen: {} }, options);
}

function loaded(): Config | ConfigError {
  try {
    return loadConfig();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
