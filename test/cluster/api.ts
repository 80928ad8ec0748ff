import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { dirname } from 'node:path';
import { run } from '../helm/chart.ts';
import { type ToolName, toolPath } from '../tools.ts';
import { ApiError, type KubeObject, readAnswer, type WatchEvent } from './answer.ts';
import { watchObjects } from './watch.ts';

export interface Connection {
  /** `https://10.244.0.1:26443` */
  server: string;
  /** Certificates to trust, PEM. */
  ca: string;
  token: string;
  kubeconfig: string;
}

export type PatchType = 'merge' | 'strategic-merge';

/** Looked for once, since each look runs it. */
const paths = new Map<ToolName, Promise<string>>();

function pathOf(name: ToolName): Promise<string> {
  const path = paths.get(name) ?? toolPath(name);
  paths.set(name, path);
  return path;
}

/**
 * The Kubernetes API by its paths, such as `/api/v1/namespaces/livekit/pods`; queries and subresources are part of the
 * path: `…/pods/a/status`, `…/pods?labelSelector=a%3Db`. All but `get` throw an ApiError for what is refused.
 */
export type Api = ReturnType<typeof connectApi>;

export function connectApi(connection: Connection) {
  const agent = new Agent({ keepAlive: true, ca: connection.ca });
  const send = (method: string, path: string, body?: object, contentType = 'application/json') =>
    open(connection, agent, method, path, body, contentType).then(readAnswer);
  // Their caches are of no use to anyone else.
  const env = { ...process.env, KUBECONFIG: connection.kubeconfig, HOME: dirname(connection.kubeconfig) };
  const command = async (name: 'kubectl' | 'helm', args: readonly string[], stdin: string) =>
    run(await pathOf(name), args, stdin, env);
  return {
    /** `undefined` where there is none. */
    get: <T = KubeObject>(path: string): Promise<T | undefined> =>
      send('GET', path).then(
        (answer) => answer as T,
        (error) => {
          if (error instanceof ApiError && error.status === 404) return undefined;
          throw error;
        },
      ),
    list: async <T = KubeObject>(path: string): Promise<T[]> =>
      ((await send('GET', path)) as { items: T[] }).items,
    create: (path: string, body: object) => send('POST', path, body) as Promise<KubeObject>,
    patch: (path: string, body: object, type: PatchType = 'merge') =>
      send('PATCH', path, body, `application/${type}-patch+json`) as Promise<KubeObject>,
    /** @param options - DeleteOptions, such as `{gracePeriodSeconds: 0}`. */
    delete: (path: string, options: object = {}) => send('DELETE', path, options),
    /**
     * Tells of each object of a list, then of every change, until the signal. Lost connections are made again, and what
     * was missed is told then.
     *
     * @returns fulfilled when those that are there at first have been told.
     */
    watch: <T extends KubeObject = KubeObject>(
      path: string,
      onEvent: (event: WatchEvent<T>) => void,
      signal: AbortSignal,
    ): Promise<void> => watchObjects<T>((at) => open(connection, agent, 'GET', at), path, onEvent, signal),
    /** Runs kubectl against this API, in namespace `livekit` unless told another; a failure is an answer. */
    kubectl: (args: readonly string[], stdin = '') => command('kubectl', args, stdin),
    /** The same with Helm. */
    helm: (args: readonly string[], stdin = '') => command('helm', args, stdin),
    close: () => agent.destroy(),
  };
}

function open(
  { server, token }: Connection,
  agent: Agent,
  method: string,
  path: string,
  body?: object,
  contentType?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body ? JSON.stringify(body) : '';
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': contentType ?? 'application/json',
      // Node says it by itself for some methods only: not for DELETE.
      'content-length': Buffer.byteLength(text),
    };
    request(new URL(path, server), { method, agent, headers }, resolve).once('error', reject).end(text);
  });
}
