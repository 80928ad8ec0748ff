import type { z } from 'zod';
import { extraBody, headers } from './json-setting.ts';
import { count, durationMs } from './types.ts';

/** One setting: where it comes from, what it may be, and how it is explained. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  /** Environment variable. In the YAML file the same setting is `<group>.<key>`. */
  env: string;
  type: T;
  doc: string;
  /** Never printed, and readable from a file named by `<env>_FILE`. */
  secret?: boolean;
  /** Another variable that fills this one when it is not set. */
  fallback?: string;
  /** Its names in the last version. They work for one version, with a line in the log; both names at once are a fault. */
  formerly?: { env: string; path: string };
  /** The empty string is a value, not «not set». */
  emptyIsValue?: boolean;
  /** JSON, whose parser decides about white space and control characters: it may have several lines. */
  isJson?: boolean;
}

export function setting<T extends z.ZodType>(
  env: string,
  type: T,
  doc: string,
  rest: Omit<Setting, 'env' | 'type' | 'doc'> = {},
): Setting<T> {
  return { env, type, doc, ...rest };
}

/** The deadlines of one kind of endpoint. */
export const deadlines = (stage: 'STT' | 'LLM' | 'TTS', firstByteMs: number) => ({
  connectTimeoutMs: setting(
    `${stage}_CONNECT_TIMEOUT_MS`,
    durationMs(3000),
    `${stage}: deadline for the connection`,
  ),
  firstByteTimeoutMs: setting(
    `${stage}_FIRST_BYTE_TIMEOUT_MS`,
    durationMs(firstByteMs),
    `${stage}: deadline for the first byte of the answer`,
  ),
  stallTimeoutMs: setting(
    `${stage}_STALL_TIMEOUT_MS`,
    durationMs(5000),
    `${stage}: longest gap inside the answer before it is given up`,
  ),
  attempts: setting(`${stage}_ATTEMPTS`, count(3, 1, 10), `${stage}: tries in all, before the first byte`),
  hedgeAfterMs: setting(
    `${stage}_HEDGE_AFTER_MS`,
    durationMs(300, 0),
    `${stage}: when an answer is later than recent ones say, but not before so long, another request is made beside the first, for at most a third of all requests; the answer that comes first counts. 0: never`,
  ),
});

/** The same of an answer that is streamed, and heard meanwhile. */
export const streamDeadlines = (stage: 'LLM' | 'TTS', firstByteMs: number) => ({
  ...deadlines(stage, firstByteMs),
  stallAfterMs: setting(
    `${stage}_STALL_AFTER_MS`,
    durationMs(1500, 0),
    `${stage}: an answer that stops is given up, and gone on with, when it is later than three times the longest pauses of recent ones, but not before so long. 0: only at ${stage}_STALL_TIMEOUT_MS`,
  ),
});

/** What a server wants beyond the standard API. */
export const wireExtras = (stage: 'STT' | 'LLM' | 'TTS') => ({
  extraBody: setting(
    `${stage}_EXTRA_BODY`,
    extraBody,
    `Fields that its requests carry besides ours, a JSON object such as \`${EXAMPLES[stage]}\`; a prompt file's \`extra_body: {${stage.toLowerCase()}: …}\` wins`,
    { isJson: true },
  ),
  headers: setting(
    `${stage}_HEADERS`,
    headers,
    'Headers that its requests carry besides ours, a JSON object of names and values',
    { secret: true, isJson: true },
  ),
});

const EXAMPLES = {
  STT: '{"vad_filter": true}',
  LLM: '{"chat_template_kwargs": {"enable_thinking": false}}',
  TTS: '{"lang_code": "e"}',
} as const;
