import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '../../src/dev/child.ts';
import { asService } from '../../src/dev/ready.ts';
import { type ToolName, toolPath } from '../tools.ts';
import { type Api, connectApi } from './api.ts';
import {
  API_URL,
  apiServerFlags,
  controllerManagerFlags,
  ETCD_HEALTH_URL,
  etcdFlags,
  FILES,
  OPERATOR_CONFIG_URL,
  OPERATOR_READY_URL,
  operatorFlags,
} from './control-plane-flags.ts';
import { applyDefinitions } from './definitions.ts';
import { logDir, noteTime } from './notes.ts';

export interface ControlPlane {
  kubeconfig: string;
  api: Api;
  /** Ends it; nothing of it is left to start again from. */
  stop(): Promise<void>;
}

/** The release's; Pod Security `restricted` is enforced in it. */
export const NAMESPACE = 'livekit';

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

/**
 * Brings up etcd, kube-apiserver, kube-controller-manager and STUNner's operator on the node, with all custom resource
 * definitions and an empty namespace `livekit`.
 *
 * @param dir - for data, keys and the kubeconfig.
 * @throws AppError that quotes the one that did not start.
 */
export async function startControlPlane(dir: string): Promise<ControlPlane> {
  const startedMs = performance.now();
  const children: Child[] = [];
  const start = async (name: ToolName, args: readonly string[], isReady: () => Promise<unknown>) => {
    const env = { PATH: process.env.PATH, HOME: dir, KUBECONFIG: join(dir, FILES.kubeconfig) };
    const logFile = join(logDir(), `${name}.log`);
    const child = startChild({ command: await toolPath(name), args, env, cwd: dir, logFile });
    children.push(child);
    await asService(name, child, until(isReady, child), READY_WITHIN_MS).ready;
  };
  const stop = async () => {
    // Nothing of theirs outlives them, so there is nothing to put in order.
    for (const child of children) child.kill();
    await Promise.all(children.map(({ exited }) => exited));
  };
  try {
    const token = await writeCredentials(dir);
    await Promise.all([
      start('etcd', etcdFlags(), () => succeeds(ETCD_HEALTH_URL)),
      start('kube-apiserver', apiServerFlags(), async () => {
        const probe = await connect(dir, token);
        return probe.get('/readyz').finally(probe.close);
      }),
    ]);
    const api = await connect(dir, token);
    // First: the garbage collector looks only every half a minute for kinds that came after it.
    await applyDefinitions(api);
    await api.create('/api/v1/namespaces', namespace());
    await Promise.all([
      start('kube-controller-manager', controllerManagerFlags(), () => hasWhatPodsNeed(api)),
      start('stunner-gateway-operator', operatorFlags(), () => succeeds(OPERATOR_READY_URL)),
    ]);
    noteTime('control plane up', performance.now() - startedMs);
    return {
      kubeconfig: join(dir, FILES.kubeconfig),
      api,
      stop: () => {
        api.close();
        return stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What STUNner's operator rendered for the data plane of each Gateway. */
export async function stunnerConfigs(): Promise<unknown> {
  return (await fetch(`${OPERATOR_CONFIG_URL}/api/v1/configs`)).json();
}

/** @returns the token of an administrator. */
async function writeCredentials(dir: string): Promise<string> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const token = randomUUID();
  // Another control plane may have been here before.
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const write = (name: string, content: string) => writeFile(join(dir, name), content, { mode: 0o600 });
  await Promise.all([
    write(FILES.signingKey, privateKey),
    write(FILES.verifyKey, publicKey),
    write(FILES.tokens, `${token},admin,1,"system:masters"\n`),
    write(FILES.kubeconfig, JSON.stringify(kubeconfigWith(dir, token))),
  ]);
  return token;
}

const kubeconfigWith = (dir: string, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'node',
  clusters: [
    {
      name: 'node',
      cluster: { server: API_URL, 'certificate-authority': join(dir, FILES.serverCertificate) },
    },
  ],
  contexts: [{ name: 'node', context: { cluster: 'node', user: 'admin', namespace: NAMESPACE } }],
  users: [{ name: 'admin', user: { token } }],
});

async function connect(dir: string, token: string): Promise<Api> {
  const ca = await readFile(join(dir, FILES.serverCertificate), 'utf8');
  return connectApi({ server: API_URL, ca, token, kubeconfig: join(dir, FILES.kubeconfig) });
}

const namespace = () => ({
  metadata: {
    name: NAMESPACE,
    labels: Object.fromEntries(
      ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
    ),
  },
});

/** The controllers put it into each namespace. */
async function hasWhatPodsNeed(api: Api): Promise<boolean> {
  const names = ['serviceaccounts/default', 'configmaps/kube-root-ca.crt'];
  const found = await Promise.all(names.map((name) => api.get(`/api/v1/namespaces/${NAMESPACE}/${name}`)));
  return found.every((object) => object !== undefined);
}

/** Asks again until the answer is yes; an error is a no. Stops asking when the child has ended. */
async function until(ask: () => Promise<unknown>, { exited }: Child): Promise<void> {
  let over = false;
  exited.then(() => {
    over = true;
  });
  while (!over && !(await ask().catch(() => false))) await sleep(LOOK_EVERY_MS);
}

const succeeds = async (url: string): Promise<boolean> => (await fetch(url)).ok;
