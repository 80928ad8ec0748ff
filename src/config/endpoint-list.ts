import { z } from 'zod';
import type { ConfigProblem } from '../errors.ts';
import { extraBody } from './json-setting.ts';
import type { Stage } from './providers/provider.ts';
import { setting } from './setting.ts';
import { httpUrl, text } from './types.ts';

/** The first is the stage's own; these follow it. */
const NUMBERS = [2, 3, 4, 5, 6, 7, 8, 9] as const;

const shape = {
  baseUrl: httpUrl,
  provider: text.optional(),
  model: text.optional(),
  voice: text.optional(),
  extraBody,
  apiKeyFile: text.optional(),
  apiKeyEnv: text.optional(),
};
const entry = z.strictObject(shape, {
  error: ({ code, keys }) =>
    code === 'unrecognized_keys' && keys?.includes('apiKey')
      ? 'no apiKey, as keys do not belong in this file: a path in apiKeyFile or the name of a variable in apiKeyEnv'
      : `an object of ${Object.keys(shape).join(', ')}`,
});

/** Another endpoint of a stage. What it does not say is as for the stage's first, but for the key. */
export type EndpointEntry = z.output<typeof entry> & { apiKey?: string | undefined };

const WHAT: Readonly<Record<Stage, string>> = { stt: 'transcription', llm: 'chat', tts: 'speech' };

/** The setting that lists the endpoints which serve a stage when its first does not. */
export function moreEndpoints(stage: Stage) {
  const name = stage.toUpperCase();
  const voice = stage === 'tts' ? ', `TTS_VOICE_2`' : '';
  // One alone serves the others.
  const hasChoice = stage !== 'llm';
  return setting(
    `${name}_ENDPOINTS`,
    z
      .array(entry, { error: `a list in the YAML file; in the environment ${name}_BASE_URL_2 …` })
      .max(NUMBERS.length, `at most ${NUMBERS.length} endpoints`)
      .default([])
      .transform((list): readonly EndpointEntry[] => list),
    `More ${WHAT[stage]} endpoints, in order, for when the first fails or is late: in YAML a list of \`{baseUrl, ${hasChoice ? 'provider, ' : ''}model, ${stage === 'tts' ? 'voice, ' : ''}extraBody, apiKeyFile or apiKeyEnv}\`, in the environment \`${name}_BASE_URL_2\`, \`${name}_API_KEY_2\`, ${hasChoice ? `\`${name}_PROVIDER_2\`, ` : ''}\`${name}_MODEL_2\`, \`${name}_EXTRA_BODY_2\`${voice} … \`_9\` without gaps. What is not given is as for the first, but for the key`,
  );
}

/** Variables of secrets for them: `LLM_API_KEY_2` … */
export const NUMBERED_KEYS: readonly string[] = ['STT', 'LLM', 'TTS'].flatMap((stage) =>
  NUMBERS.map((number) => `${stage}_API_KEY_${number}`),
);

export interface EndpointSources {
  /** A variable, or the file that `<NAME>_FILE` names. */
  variable(name: string, isSecret: boolean): string | undefined;
  /** The text of a file; `undefined` and a problem where it cannot be read. */
  file(key: string, path: string): string | undefined;
  problems: ConfigProblem[];
}

/**
 * The further endpoints of a stage with their keys: those that the environment numbers, or else those of the YAML file, which
 * find the key of a variable such as `LLM_API_KEY_2` too.
 */
export function resolveEndpoints(
  stage: Stage,
  listed: readonly EndpointEntry[],
  sources: EndpointSources,
): readonly EndpointEntry[] {
  const name = stage.toUpperCase();
  const numbered = numberedEntries(name, listed.length, sources);
  const withKey = (one: EndpointEntry, index: number) => ({
    ...one,
    apiKey: keyOf(name, one, index, sources),
  });
  return (numbered ?? listed).map(withKey);
}

function keyOf(
  name: string,
  { apiKeyFile, apiKeyEnv }: EndpointEntry,
  index: number,
  { variable, file, problems }: EndpointSources,
): string | undefined {
  const key = `${name.toLowerCase()}.endpoints.${index}`;
  if (apiKeyFile) return file(`${key}.apiKeyFile`, apiKeyFile);
  if (!apiKeyEnv) return variable(`${name}_API_KEY_${index + 2}`, true);
  const value = variable(apiKeyEnv, true);
  if (!value) problems.push({ key: `${key}.apiKeyEnv`, got: apiKeyEnv, want: 'a variable that is set' });
  return value;
}

const FIELDS = {
  baseUrl: 'BASE_URL',
  provider: 'PROVIDER',
  model: 'MODEL',
  extraBody: 'EXTRA_BODY',
  voice: 'VOICE',
} as const;

/** @param listed - how many the YAML file has: a key alone may belong to one of those. */
function numberedEntries(
  name: string,
  listed: number,
  { variable, problems }: EndpointSources,
): EndpointEntry[] | undefined {
  const given = NUMBERS.map((number) => {
    const fields = Object.entries(FIELDS).map(([field, part]) => [
      field,
      variable(`${name}_${part}_${number}`, false) || undefined,
    ]);
    const isKeyed = number - 2 >= listed && variable(`${name}_API_KEY_${number}`, true) !== undefined;
    const isGiven = isKeyed || fields.some(([, value]) => value !== undefined);
    return { number, isGiven, raw: Object.fromEntries(fields) };
  });
  const last = given.findLastIndex(({ isGiven }) => isGiven);
  if (last < 0) return undefined;
  return given.slice(0, last + 1).flatMap(({ number, raw }) => {
    if (raw.baseUrl === undefined) {
      const want = `a base URL, since ${name}_…_${last + 2} is set: the numbers of endpoints have no gaps`;
      problems.push({ key: `${name}_BASE_URL_${number}`, got: '(not set)', want });
      return [];
    }
    const result = entry.safeParse(raw);
    if (result.success) return [result.data];
    for (const { path, message } of result.error.issues) {
      const part = FIELDS[path[0] as keyof typeof FIELDS] ?? '';
      problems.push({ key: `${name}_${part}_${number}`, got: '(not valid)', want: message });
    }
    return [];
  });
}
