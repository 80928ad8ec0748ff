import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findAccess } from '../../../src/doctor/kube/access.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'voice-agent-kube-'));
});
afterEach(() => rm(home, { recursive: true }));

const POD = { KUBERNETES_SERVICE_HOST: '10.247.0.1', KUBERNETES_SERVICE_PORT: '443' };

test('a pod’s account comes first', async () => {
  for (const [name, text] of [
    ['token', 'a-token\n'],
    ['namespace', 'livekit'],
    ['ca.crt', 'PEM'],
  ] as const)
    await writeFile(join(home, name), text);
  expect(await findAccess(POD, { account: home, home })).toEqual({
    server: 'https://10.247.0.1:443',
    namespace: 'livekit',
    origin: 'the service account of this pod',
    tls: { ca: 'PEM' },
    token: 'a-token',
  });
});

test('a pod without an account, and a machine without a kubeconfig, have none', async () => {
  expect(await findAccess(POD, { account: join(home, 'none'), home })).toBeUndefined();
  expect(await findAccess({}, { account: join(home, 'none'), home })).toBeUndefined();
});

const CONFIG = (user: string) => `current-context: cce
contexts: [{name: cce, context: {cluster: c, user: u, namespace: voice}}]
clusters: [{name: c, cluster: {server: "https://10.0.0.1:5443", certificate-authority-data: UEVN}}]
users: [{name: u, user: ${user}}]
`;

test.each([
  ['a token', '{token: a-token}', { token: 'a-token', tls: { ca: Buffer.from('PEM') } }],
  ['a token in a file', '{tokenFile: TOKEN}', { token: 'from-file' }],
  [
    'a certificate, as CCE gives it',
    '{client-certificate-data: UEVN, client-key-data: UEVN}',
    { tls: { ca: Buffer.from('PEM'), cert: Buffer.from('PEM'), key: Buffer.from('PEM') } },
  ],
  [
    'a program that signs in',
    '{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, "echo {\\\\\\"status\\\\\\":{\\\\\\"token\\\\\\":\\\\\\"$NAME\\\\\\"}}"], env: [{name: NAME, value: issued}]}}',
    { token: 'issued' },
  ],
])('a kubeconfig with %s', async (_, user, expected) => {
  await mkdir(join(home, '.kube'));
  await writeFile(join(home, 'TOKEN'), 'from-file\n');
  await writeFile(join(home, '.kube/config'), CONFIG(user.replace('TOKEN', join(home, 'TOKEN'))));
  const env = { PATH: '/usr/bin:/bin' };
  expect(await findAccess(env, { account: join(home, 'none'), home })).toMatchObject({
    server: 'https://10.0.0.1:5443',
    namespace: 'voice',
    ...expected,
  });
});

test.each([
  ['is not there', undefined, /cannot be read/],
  ['names no cluster', 'current-context: none', /its context none names no cluster/],
  ['is no YAML', '{', /names no cluster/],
  [
    'has a program that fails',
    CONFIG('{exec: {command: "false"}}'),
    /false of the kubeconfig gave no credentials/,
  ],
])('a kubeconfig that %s is refused, with what to do', async (_, text, message) => {
  const path = join(home, 'kubeconfig');
  if (text !== undefined) await writeFile(path, text);
  const options = { account: join(home, 'none'), home };
  await expect(findAccess({ KUBECONFIG: path, PATH: '/usr/bin:/bin' }, options)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
});
