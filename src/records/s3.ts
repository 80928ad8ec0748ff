import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import { agentFor } from '../openai/proxy.ts';
import type { RecordsFolder } from './folder.ts';
import type { Message, Send, Sent } from './message.ts';

const CONNECT_WITHIN_MS = 5000;
/** Without a byte in either direction. */
const STALLED_AFTER_MS = 30_000;

type Settings = Config['records'];

const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  wav: 'audio/wav',
};

const HINTS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'make the bucket that S3_BUCKET names, or name another',
  InvalidAccessKeyId: 'check AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'check AWS_SECRET_ACCESS_KEY and AWS_REGION',
  AccessDenied: 'the key needs s3:PutObject on the bucket',
};

/** Copies a file of a call to S3-compatible storage; the client is loaded with the first. Encryption at rest is the storage's. */
export function createS3(settings: Settings, folder: RecordsFolder): Send {
  let client: Promise<S3Client> | undefined;
  return async ({ callId, event }: Message): Promise<Sent> => {
    const { s3Bucket: Bucket = '', s3Prefix } = settings;
    const path = join(folder.kept(callId), event);
    const file = await stat(path).catch(() => undefined);
    if (!file) return { failed: `${event} is not there any more`, isFinal: true };
    const Key = `${s3Prefix}${callId}/${event}`;
    client ??= open(settings);
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const Body = createReadStream(path);
    const ContentType = TYPES[event.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    try {
      await (await client).send(
        new PutObjectCommand({ Bucket, Key, Body, ContentLength: file.size, ContentType }),
      );
      return { at: `s3://${Bucket}/${Key}` };
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      const hint = HINTS[name] ?? 'check AWS_ENDPOINT_URL_S3, AWS_REGION and S3_PATH_STYLE';
      return { failed: `${name}: ${messageOf(error)}`.slice(0, 300), hint };
    } finally {
      Body.destroy();
    }
  };
}

async function open(settings: Settings): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { s3Endpoint, s3Region, s3PathStyle, s3AccessKeyId = '', s3SecretAccessKey = '' } = settings;
  const endpoint = s3Endpoint ?? `https://s3.${s3Region}.amazonaws.com`;
  const agent = agentFor(endpoint);
  return new S3Client({
    ...(s3Endpoint && { endpoint: s3Endpoint }),
    region: s3Region,
    forcePathStyle: s3PathStyle,
    credentials: { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey },
    // It writes to standard error by itself otherwise.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    // The queue tries again, at its own pace.
    maxAttempts: 1,
    // Else each body is sent in chunks with a checksum at its end, which storage other than Amazon's may refuse.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_WITHIN_MS,
      socketTimeout: STALLED_AFTER_MS,
      httpAgent: agent as HttpAgent,
      httpsAgent: agent as HttpsAgent,
    },
  });
}
