import { z } from 'zod';
import { NUMBERED_KEYS } from '../../src/config/endpoint-list.ts';
import { settings } from '../../src/config/schema.ts';
import type { Setting } from '../../src/config/setting.ts';

/** Settings that are the chart's own: what it derives, and addresses, ports and paths inside the pods. */
const CHART_OWNED = new Set([
  'agent.promptsDir',
  'agent.healthHost',
  'agent.healthPort',
  'records.dir',
  'web.enabled',
  'web.host',
  'web.port',
  'web.credentials',
  'web.workersUrl',
  'check.readyUrls',
  'check.metricsUrls',
  'check.turnUrls',
  'check.sipUrl',
]);

/** What the chart computes with, and so cannot do without. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = { agent: ['maxCallMs', 'drainTimeoutMs'] };

const strict = (properties: Record<string, unknown>) => ({
  type: 'object',
  additionalProperties: false,
  properties,
});

/** JSON schema of `agent.config`, the program's configuration file without what the chart sets itself. */
export function configSchema() {
  const groups = Object.entries<Record<string, Setting>>(settings).map(([group, members]) => {
    const open = Object.entries(members).filter(
      ([key, { secret }]) => !secret && !CHART_OWNED.has(`${group}.${key}`),
    );
    const properties = Object.fromEntries(
      open.flatMap(([key, setting]) => {
        const schema = settingSchema(setting);
        const old = setting.formerly?.path.split('.')[1];
        const description = `The old name of ${key}: works for one version`;
        return [[key, schema], ...(old ? [[old, { ...schema, deprecated: true, description }]] : [])];
      }),
    );
    const required = REQUIRED[group];
    return [group, required ? { ...strict(properties), required } : strict(properties)];
  });
  return { ...strict(Object.fromEntries(groups)), required: Object.keys(REQUIRED) };
}

/** JSON schema of `agent.secrets`: by variable, all secrets that no other value of the chart is for. */
export function secretsSchema() {
  const names = Object.entries<Record<string, Setting>>(settings)
    .filter(([group]) => !['livekit', 'web', 'check'].includes(group))
    .flatMap(([, members]) => Object.values(members).filter(({ secret }) => secret));
  const source = { $ref: '#/definitions/secretSource' };
  const settled = names.flatMap(({ env, formerly }) => [env, ...(formerly ? [formerly.env] : [])]);
  const variables = [...settled, ...NUMBERED_KEYS];
  return strict(Object.fromEntries(variables.map((env) => [env, source])));
}

function settingSchema({ type, doc }: Setting) {
  const {
    $schema,
    default: _,
    maximum,
    ...schema
  } = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  // A switch is a word in the environment, and a YAML boolean in a file.
  if (schema.enum?.includes('yes')) return { type: 'boolean', description: doc };
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return { ...schema, ...(bounded ? { maximum } : {}), description: doc };
}
