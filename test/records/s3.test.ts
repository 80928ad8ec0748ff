import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecordsFolder } from '../../src/records/folder.ts';
import type { Message } from '../../src/records/message.ts';
import { createS3 } from '../../src/records/s3.ts';
import { configFrom } from '../helpers/config.ts';

let folder: RecordsFolder;
const opened: (() => void)[] = [];
beforeEach(async () => {
  folder = new RecordsFolder(await mkdtemp(join(tmpdir(), 'records-')), 'me.1');
  await mkdir(folder.kept('AJ_1'), { recursive: true });
  await writeFile(join(folder.kept('AJ_1'), 'transcript.txt'), 'Hello.');
});
afterEach(async () => {
  for (const close of opened.splice(0)) close();
  await rm(folder.dir, { recursive: true, force: true });
});

/** Storage that answers so. */
async function storage(status: number, code = '') {
  const requests: { path: string; host: string; auth: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { host = '', authorization: auth = '' } = request.headers;
    requests.push({ path: request.url ?? '', host, auth, body });
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(code && `<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}

const MESSAGE: Message = { id: 'x', to: 's3', event: 'transcript.txt', callId: 'AJ_1', atMs: 1, tries: 0 };

function sent(endpoint: string, env: Record<string, string> = {}) {
  const { records } = configFrom({
    ...{
      RECORDS_DIR: folder.dir,
      S3_BUCKET: 'records',
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'ap-southeast-3',
    },
    ...{ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'other half', S3_PATH_STYLE: 'true', ...env },
  });
  return createS3(records, folder)(MESSAGE);
}

test('a file is put under the prefix, by path, as it is, signed for the region', async () => {
  const { url, requests } = await storage(200);
  expect(await sent(url)).toEqual({ at: 's3://records/calls/AJ_1/transcript.txt' });
  const [request] = requests;
  expect(request).toMatchObject({
    path: '/records/calls/AJ_1/transcript.txt?x-id=PutObject',
    body: 'Hello.',
  });
  expect(request?.auth).toMatch(/Credential=key\/\d+\/ap-southeast-3\/s3\/aws4_request/);
});

test.each([
  [404, 'NoSuchBucket', 'make the bucket'],
  [403, 'InvalidAccessKeyId', 'AWS_ACCESS_KEY_ID'],
  [403, 'SignatureDoesNotMatch', 'AWS_SECRET_ACCESS_KEY'],
  [503, 'SlowDown', 'AWS_ENDPOINT_URL_S3'],
])('storage that answers %i %s has not taken it, and is asked once', async (status, code, hint) => {
  const { url, requests } = await storage(status, code);
  expect(await sent(url)).toEqual({
    failed: expect.stringContaining(code),
    hint: expect.stringContaining(hint),
  });
  expect(requests).toHaveLength(1);
});

test('a file that was deleted meanwhile is given up; storage that is not there is not', async () => {
  expect(await sent('http://127.0.0.1:9')).toEqual({ failed: expect.any(String), hint: expect.any(String) });
  await rm(folder.kept('AJ_1'), { recursive: true });
  expect(await sent('http://127.0.0.1:9')).toMatchObject({ isFinal: true });
});
