import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { AppError, messageOf } from '../../errors.ts';
import { isObject } from '../../openai/extra-body.ts';
import { valueAt } from '../tree.ts';

/** How to reach the API of a cluster, and as whom. */
export interface ClusterAccess {
  /** Such as `https://10.247.0.1:443`. */
  server: string;
  /** Read when nothing else is asked for. */
  namespace: string;
  /** From what it is, for people. */
  origin: string;
  tls: { ca?: string | Buffer; cert?: string | Buffer; key?: string | Buffer; rejectUnauthorized?: false };
  token?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The service account of the pod that this is, else the current context of the kubeconfig (KUBECONFIG, or ~/.kube/config).
 * `undefined` in a pod without an account, and where there is neither.
 *
 * @throws AppError for a kubeconfig that cannot be used.
 */
export async function findAccess(
  env: Env,
  { account = ACCOUNT, home = homedir() } = {},
): Promise<ClusterAccess | undefined> {
  const text = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const token = await text(join(account, 'token'));
  if (host && token) {
    const ca = await text(join(account, 'ca.crt'));
    return {
      server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      namespace: (await text(join(account, 'namespace')))?.trim() || 'default',
      origin: 'the service account of this pod',
      tls: ca === undefined ? {} : { ca },
      token: token.trim(),
    };
  }
  const named = env.KUBECONFIG?.split(delimiter).find(Boolean);
  const path = named ?? join(home, '.kube/config');
  const config = await text(path);
  if (config !== undefined) return fromKubeconfig(path, config, env);
  if (named === undefined) return undefined;
  throw new AppError(`${path}: cannot be read`, { hint: 'correct KUBECONFIG' });
}

/** The current context of a kubeconfig. */
async function fromKubeconfig(path: string, text: string, env: Env): Promise<ClusterAccess> {
  const failed = (problem: string) =>
    new AppError(`${path}: ${problem}`, { hint: 'see that `kubectl get pods` works with it' });
  const config = parsed(text);
  const named = (list: string, key: string, name: unknown) => {
    const all = valueAt(config, [list]);
    const one = (Array.isArray(all) ? all : []).find((entry) => valueAt(entry, ['name']) === name);
    return valueAt(one, [key]);
  };
  const current = valueAt(config, ['current-context']);
  const context = named('contexts', 'context', current);
  const cluster = named('clusters', 'cluster', valueAt(context, ['cluster']));
  const user = named('users', 'user', valueAt(context, ['user']));
  const server = valueAt(cluster, ['server']);
  if (typeof server !== 'string') throw failed(`its context ${current ?? '(none)'} names no cluster`);
  const [ca, cert, key] = await Promise.all([
    dataOf(cluster, 'certificate-authority', path),
    dataOf(user, 'client-certificate', path),
    dataOf(user, 'client-key', path),
  ]);
  const tokenFile = valueAt(user, ['tokenFile']);
  const issued = isObject(valueAt(user, ['exec'])) ? await fromPlugin(valueAt(user, ['exec']), env) : {};
  const token = [valueAt(user, ['token']), issued.token].find((one) => typeof one === 'string');
  return {
    server,
    namespace: String(valueAt(context, ['namespace']) ?? 'default'),
    origin: `context ${current} of ${path}`,
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...issued.tls,
      ...(valueAt(cluster, ['insecure-skip-tls-verify']) === true && { rejectUnauthorized: false }),
    },
    ...(typeof token === 'string' && { token }),
    ...(typeof tokenFile === 'string' && { token: (await readFile(tokenFile, 'utf8')).trim() }),
  };
}

/** Inline, or a file beside the kubeconfig. */
async function dataOf(of: unknown, key: string, kubeconfig: string): Promise<Buffer | undefined> {
  const inline = valueAt(of, [`${key}-data`]);
  if (typeof inline === 'string') return Buffer.from(inline, 'base64');
  const file = valueAt(of, [key]);
  return typeof file === 'string' ? readFile(resolve(dirname(kubeconfig), file)) : undefined;
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Of a program that signs in, as clouds give it: it prints an ExecCredential. */
async function fromPlugin(plugin: unknown, env: Env): Promise<Partial<Pick<ClusterAccess, 'token' | 'tls'>>> {
  const command = String(valueAt(plugin, ['command']));
  const args = valueAt(plugin, ['args']);
  const own = valueAt(plugin, ['env']);
  const variables = (Array.isArray(own) ? own : []).map((one) => [
    valueAt(one, ['name']),
    valueAt(one, ['value']),
  ]);
  const info = {
    apiVersion: valueAt(plugin, ['apiVersion']),
    kind: 'ExecCredential',
    spec: { interactive: false },
  };
  try {
    const { stdout } = await promisify(execFile)(command, (Array.isArray(args) ? args : []).map(String), {
      env: { ...env, ...Object.fromEntries(variables), KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: 20_000,
    });
    const status = valueAt(JSON.parse(stdout), ['status']);
    const get = (key: string) => valueAt(status, [key]);
    const [token, cert, key] = [get('token'), get('clientCertificateData'), get('clientKeyData')];
    return {
      ...(typeof token === 'string' && { token }),
      ...(typeof cert === 'string' && typeof key === 'string' && { tls: { cert, key } }),
    };
  } catch (cause) {
    throw new AppError(
      `${command} of the kubeconfig gave no credentials: ${messageOf(cause).split('\n', 1)[0]}`,
      {
        hint: 'sign in as kubectl wants it, and see that `kubectl get pods` works',
        cause,
      },
    );
  }
}
