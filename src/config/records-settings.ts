import { z } from 'zod';
import { setting } from './setting.ts';
import { count, flag, httpUrl, oneOf, text } from './types.ts';

/** What of a call can be made known to a webhook, by the names of its messages. */
export const RECORD_EVENTS = [
  'call.started',
  'call.ended',
  'call.summary',
  'transcript.ready',
  'recording.ready',
] as const;
export type RecordEvent = (typeof RECORD_EVENTS)[number];

const REDACTIONS = ['numbers', 'emails'] as const;

const listOf = <const T extends readonly string[]>(choices: T, fallback: readonly T[number][]) =>
  z
    .string({ error: `some of ${choices.join(', ')}, by comma` })
    .transform((list) => list.split(',').flatMap((one) => one.trim() || []))
    .pipe(z.array(z.enum(choices, { error: `some of ${choices.join(', ')}, by comma` })))
    .default([...fallback] as never);

const patternList = z
  .union([z.string(), z.array(z.string())], { error: 'a JSON list of patterns' })
  .transform((given, context): unknown => {
    if (typeof given !== 'string') return given;
    try {
      return JSON.parse(given);
    } catch {
      context.addIssue('a JSON list of patterns such as ["\\\\bAB-[0-9]+"]');
      return z.NEVER;
    }
  })
  .pipe(z.array(z.string().min(1).max(1000), { error: 'a JSON list of patterns' }).max(50, 'at most 50'))
  .default([]);

/** The scheme's own form: `whsec_` and 24 to 64 bytes in base64. */
const webhookSecret = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/,
    'whsec_ and 24 to 64 bytes in base64, such as `echo whsec_$(openssl rand -base64 32)` makes',
  );

/** What is kept of calls, and who is told of it: the `records` group of the schema. */
export const records = {
  dir: setting(
    'RECORDS_DIR',
    text.optional(),
    'Folder in which the records of calls are kept, and what is not delivered yet; not set: nothing is kept',
  ),
  maxMb: setting(
    'RECORDS_MAX_MB',
    count(2000, 10, 10_000_000),
    'Most that it holds: the oldest records that are delivered go first; when all the rest is undelivered, nothing new is kept',
  ),
  keepDays: setting('KEEP_DAYS', count(30, 1, 3650), 'Age at which records are deleted'),
  transcripts: setting('TRANSCRIPTS', flag(false), 'Keep what was said in calls, as JSON and as text'),
  recording: setting(
    'RECORDING',
    oneOf(['off', 'on', 'ask'], 'off'),
    'Keep the sound of calls by prompts that have no key `recording`: `on` says so first, `ask` keeps nothing before the caller says yes',
  ),
  redact: setting(
    'REDACT',
    listOf(REDACTIONS, []),
    'What is left out of all that is kept: `numbers`, `emails`, by comma. The sound is not kept then: it would say them',
  ),
  redactPatterns: setting(
    'REDACT_PATTERNS',
    patternList,
    'The same for what matches these, a JSON list of patterns in the syntax of RE2, whose time is linear',
    { isJson: true },
  ),
  webhookUrl: setting('WEBHOOK_URL', httpUrl.optional(), 'Is told of calls by signed POST requests'),
  webhookSecret: setting(
    'WEBHOOK_SECRET',
    webhookSecret.optional(),
    'Signs them, as standardwebhooks.com says: `whsec_` and base64',
    { secret: true },
  ),
  webhookEvents: setting(
    'WEBHOOK_EVENTS',
    listOf(RECORD_EVENTS, RECORD_EVENTS),
    'Of what it is told, by comma',
  ),
  s3Bucket: setting(
    'S3_BUCKET',
    text.optional(),
    'Bucket to which records are copied, in S3-compatible storage',
  ),
  s3Prefix: setting('S3_PREFIX', text.default('calls/'), 'Before the names of its objects'),
  s3Endpoint: setting(
    'AWS_ENDPOINT_URL_S3',
    httpUrl.optional(),
    'Its address; not set: Amazon’s. Huawei OBS: `https://obs.<region>.myhuaweicloud.com`',
  ),
  s3Region: setting('AWS_REGION', text.default('us-east-1'), 'Its region'),
  s3PathStyle: setting(
    'S3_PATH_STYLE',
    flag(false),
    'The bucket’s name stands in the path, not before the host: MinIO, Ceph; not Huawei OBS',
  ),
  s3AccessKeyId: setting('AWS_ACCESS_KEY_ID', text.optional(), 'Key for it', { secret: true }),
  s3SecretAccessKey: setting('AWS_SECRET_ACCESS_KEY', text.optional(), 'The other half', { secret: true }),
} as const;
