import { readFileSync } from 'node:fs';
import dotenv from 'dotenv';
import { parse as parseYaml } from 'yaml';
import { ConfigError, type ConfigProblem, codeOf, messageOf } from '../errors.ts';
import { hideUrlSecrets } from '../urls.ts';
import { type EndpointEntry, resolveEndpoints } from './endpoint-list.ts';
import { processEnvironment } from './environment.ts';
import type { Providers, SettingGroup, Stage } from './providers/provider.ts';
import { PROVIDERS } from './providers/table.ts';
import { checkAcrossSettings, type Use } from './rules.ts';
import { type Config, settings } from './schema.ts';
import type { Setting } from './setting.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where settings come from; injected in tests. */
export interface Sources {
  env: Variables;
  /** Text of a file, or `undefined` when it does not exist. */
  read(path: string): string | undefined;
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The process's own environment and files. */
export const processSources = (): Sources => ({ env: processEnvironment(), read: readIfPresent });

/**
 * Reads and validates every setting once. Precedence: environment > `.env` > YAML file (`CONFIG_FILE`) >
 * default; a secret also from the file named by `<NAME>_FILE`.
 *
 * @param use - what it is for: only that has to be complete; a wrong value is a fault everywhere
 * @param schema - what settings there are; for tests
 * @throws ConfigError listing every fault at once.
 */
export function loadConfig(
  sources: Sources = processSources(),
  use: Use = 'all',
  schema: Schema = SCHEMA,
): Config {
  const problems: ConfigProblem[] = [];
  const lookUp = createLookUp(sources, problems, schema);
  const config: Record<string, Record<string, unknown>> = {};
  for (const [groupName, group] of Object.entries(schema.settings)) {
    const values: Record<string, unknown> = {};
    for (const [key, setting] of Object.entries(group)) {
      values[key] = parseSetting(setting, lookUp(setting, `${groupName}.${key}`), problems);
      if (key === 'endpoints') values[key] = endpointsOf(groupName as Stage, values[key], sources, problems);
    }
    config[groupName] = Object.freeze(values);
  }
  // The cast is sound only without problems: then every group and key of the schema was filled from its own type.
  const complete = Object.freeze(config) as unknown as Config;
  problems.push(
    ...checkAcrossSettings(complete, new Set(problems.map(({ key }) => key)), use, schema.providers),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return complete;
}

/** What is read of each endpoint beyond a stage's first. */
function endpointsOf(stage: Stage, listed: unknown, sources: Sources, problems: ConfigProblem[]) {
  const dotEnv = dotenv.parse(sources.read('.env') ?? '');
  const given = (name: string) => (sources.env[name] ?? dotEnv[name])?.trim() || undefined;
  const file = (key: string, path: string) => readSecret(key, path, sources, problems);
  return resolveEndpoints(stage, (listed ?? []) as readonly EndpointEntry[], {
    ...{ file, problems },
    variable(name, isSecret) {
      const path = isSecret ? given(`${name}_FILE`) : undefined;
      return given(name) ?? (path && file(`${name}_FILE`, path));
    },
  });
}

/** What settings there are, and the providers that their choices name. */
export interface Schema {
  settings: Readonly<Record<string, SettingGroup>>;
  providers: Providers;
}

const SCHEMA: Schema = { settings, providers: PROVIDERS };

/** Whether environment, `.env` or the YAML file give the setting with this environment variable. */
export function isGiven(sources: Sources, env: string): boolean {
  const known = everySetting(SCHEMA).find(({ setting }) => setting.env === env);
  return known !== undefined && createLookUp(sources, [])(known.setting, known.path).value !== undefined;
}

/** The settings that are given by a name of the last version, and what they are called now. */
export function oldNamesIn(sources: Sources): { old: string; now: string }[] {
  const lookUp = createLookUp(sources, []);
  return everySetting(SCHEMA).flatMap(({ setting, path }) => {
    const { key: old, isOldName } = lookUp(setting, path);
    return isOldName ? [{ old, now: old === setting.formerly?.path ? path : setting.env }] : [];
  });
}

interface Found {
  key: string;
  value: unknown;
  isOldName?: boolean;
}

function createLookUp(sources: Sources, problems: ConfigProblem[], schema: Schema = SCHEMA) {
  const every = everySetting(schema);
  const paths = new Map(every.map(({ setting, path }) => [setting.env, path]));
  const known = new Set(every.flatMap(({ setting, path }) => [path, setting.formerly?.path ?? path]));
  const dotEnv = dotenv.parse(sources.read('.env') ?? '');
  // A key that was pasted or piped in often brings the end of its line along.
  const variable = (name: string) => (sources.env[name] ?? dotEnv[name])?.trim();
  const file = readYaml(variable('CONFIG_FILE'), known, sources, problems);

  const direct = (name: string, secret: boolean, emptyIsValue: boolean): Found | undefined => {
    const value = variable(name);
    if (value !== undefined && (value !== '' || emptyIsValue)) return { key: name, value };
    const path = secret ? variable(`${name}_FILE`) : undefined;
    if (!path) return undefined;
    const content = readSecret(`${name}_FILE`, path, sources, problems);
    return content === undefined ? undefined : { key: `${name}_FILE`, value: content };
  };

  const inFile = (path: string | undefined): Found | undefined => {
    const value = path === undefined ? undefined : file.get(path);
    return path === undefined || value === undefined || value === null ? undefined : { key: path, value };
  };

  return (setting: Setting, path: string): Found => {
    const { env, secret = false, emptyIsValue = false, fallback, formerly } = setting;
    const given = direct(env, secret, emptyIsValue) ?? inFile(path);
    const old = formerly && (direct(formerly.env, secret, emptyIsValue) ?? inFile(formerly.path));
    if (given && old) {
      const want = `${given.key} alone, which is the new name of the same setting`;
      addOnce(problems, { key: old.key, got: `both it and ${given.key}`, want });
    }
    const other = () => fallback && (direct(fallback, secret, false) ?? inFile(paths.get(fallback)));
    return given ?? (old && { ...old, isOldName: true }) ?? (other() || { key: env, value: undefined });
  };
}

/** Each setting, and where it stands in the YAML file. */
function everySetting(schema: Schema): { setting: Setting; path: string }[] {
  return Object.entries(schema.settings).flatMap(([group, members]) =>
    Object.entries(members).map(([key, setting]) => ({ setting, path: `${group}.${key}` })),
  );
}

function readSecret(key: string, path: string, sources: Sources, problems: ConfigProblem[]) {
  try {
    const content = sources.read(path)?.trim();
    if (content) return content;
    addOnce(problems, { key, got: path, want: 'a readable, non-empty file' });
  } catch (error) {
    addOnce(problems, { key, got: path, want: `a readable file (${messageOf(error)})` });
  }
  return undefined;
}

function readYaml(
  path: string | undefined,
  known: ReadonlySet<string>,
  sources: Sources,
  problems: ConfigProblem[],
) {
  const values = new Map<string, unknown>();
  if (!path) return values;
  try {
    const text = sources.read(path);
    if (text === undefined) problems.push({ key: 'CONFIG_FILE', got: path, want: 'a file that exists' });
    for (const [groupName, group] of Object.entries(
      (parseYaml(text ?? '') ?? {}) as Record<string, unknown>,
    )) {
      for (const [key, value] of Object.entries((group ?? {}) as Record<string, unknown>)) {
        const setting = `${groupName}.${key}`;
        if (known.has(setting)) values.set(setting, value);
        else problems.push({ key: setting, got: `a line in ${path}`, want: 'a known setting' });
      }
    }
  } catch (error) {
    problems.push({ key: 'CONFIG_FILE', got: path, want: `a readable YAML file (${messageOf(error)})` });
  }
  return values;
}

function parseSetting(setting: Setting, found: Found, problems: ConfigProblem[]): unknown {
  const raw = typeof found.value === 'boolean' ? String(found.value) : trimmed(found.value);
  const got =
    raw === undefined
      ? '(not set)'
      : setting.secret
        ? '(hidden)'
        : hideUrlSecrets(JSON.stringify(raw, withoutKey));
  const odd = setting.isJson ? undefined : controlCharacterIn(raw);
  if (odd) {
    addOnce(problems, { key: found.key, got, want: `one line of text without control characters; ${odd}` });
    return undefined;
  }
  const result = setting.type.safeParse(raw);
  if (result.success) return result.data;
  const want = result.error.issues.map(({ message }) => message).join('; ');
  const problem = { key: found.key, got, want: raw === undefined ? `${want}: ${setting.doc}` : want };
  addOnce(problems, problem, raw === undefined ? setting.fallback : undefined);
  return undefined;
}

/** A key that was written where none belongs. */
const withoutKey = (name: string, value: unknown): unknown => (name === 'apiKey' ? '(hidden)' : value);

const trimmed = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);

/** Where a value holds what no URL, key or name does, such as a line end: it would only show as a refused request. */
function controlCharacterIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const at = value.search(CONTROL_CHARACTER);
  if (at < 0) return undefined;
  const code = value.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} is character ${at + 1} of ${value.length}`;
}

const CONTROL_CHARACTER = /[\p{Cc}\u2028\u2029]/u;

/**
 * Several settings fall back on one, and read the same variable or file: its fault is listed once.
 *
 * @param origin - another key under which the fault may be listed already.
 */
function addOnce(problems: ConfigProblem[], problem: ConfigProblem, origin?: string): void {
  if (!problems.some(({ key }) => key === problem.key || key === origin)) problems.push(problem);
}
