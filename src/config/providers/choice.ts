import { setting } from '../setting.ts';
import { oneOf, text } from '../types.ts';
import type { Provider, Providers, SettingGroup, Stage } from './provider.ts';

/**
 * The settings of a stage that say who serves it, and with which model.
 *
 * @param doc - who that is.
 */
export function choiceOf(stage: Stage, providers: Providers, doc: string) {
  const offering = withStage(stage, providers);
  const names = offering.map(([name]) => name);
  const models = offering.map(([name, provider]) => `\`${provider[stage]?.defaultModel}\` (${name})`);
  const variable = stage.toUpperCase();
  return {
    provider: setting(`${variable}_PROVIDER`, oneOf(names, names[0] ?? ''), doc),
    model: setting(`${variable}_MODEL`, text.optional(), `Its model; default ${models.join(', ')}`),
  };
}

type Groups<P extends Providers> = { readonly [N in keyof P]: P[N]['settings'] };

/** Each provider's own settings, as a group by its name. */
export function groupsOf<P extends Providers>(providers: P): Groups<P> {
  const groups: [string, SettingGroup][] = Object.entries(providers).map(([name, { settings }]) => [
    name,
    settings,
  ]);
  return Object.fromEntries(groups) as Groups<P>;
}

function withStage(stage: Stage, providers: Providers): [string, Provider][] {
  return Object.entries(providers).filter(([, provider]) => provider[stage]);
}
