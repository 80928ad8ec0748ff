import { loadConfig } from '../../src/config/load.ts';
import { choiceOf, groupsOf } from '../../src/config/providers/choice.ts';
import type { Providers, Stage } from '../../src/config/providers/provider.ts';
import type { Config } from '../../src/config/schema.ts';
import { settings } from '../../src/config/schema.ts';
import { MINIMAL_ENV } from './config.ts';

/** A configuration where other providers can be chosen than those of the program. */
export function configWith(providers: Providers, env: Record<string, string>): Config {
  const choosing = <S extends Stage>(stage: S) => ({
    [stage]: { ...settings[stage], ...choiceOf(stage, providers, 'Who serves') },
  });
  const all = {
    ...settings,
    ...groupsOf(providers),
    ...choosing('stt'),
    ...choosing('llm'),
    ...choosing('tts'),
  };
  return loadConfig({ env: { ...MINIMAL_ENV, ...env }, read: () => undefined }, 'all', {
    settings: all,
    providers,
  });
}
