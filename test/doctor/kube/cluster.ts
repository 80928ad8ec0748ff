import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KINDS } from '../../../src/doctor/kube/reading.ts';

/** An object of any kind. */
export interface Loose {
  kind: string;
  metadata: { name: string; namespace?: string; [key: string]: unknown };
  [key: string]: unknown;
}

/** Puts a value at a path of an object; `undefined` takes away what is there. */
export function put(object: unknown, path: readonly (string | number)[], value: unknown): void {
  const [first, ...rest] = path;
  if (typeof object !== 'object' || object === null || first === undefined) throw new Error(`no ${path}`);
  const at = object as Record<string | number, unknown>;
  if (rest.length > 0) put(at[first], rest, value);
  else at[first] = value;
}

const CAE = readFileSync(join(import.meta.dirname, '../../fixtures/manifests/cae.yaml'), 'utf8');
const LABELS = { app: 'livekit-server' };
const GOOD = (...types: string[]) =>
  types.map((type) => ({ type, status: 'True', reason: type, message: '' }));

/** What is in a cluster where the manifests of test/fixtures/manifests/cae.yaml were applied and taken. */
export function takenObjects(): Loose[] {
  const objects = parseAllDocuments(CAE).map((document) => document.toJS() as Loose);
  for (const object of objects) {
    if (object.kind === 'GatewayClass') object.status = { conditions: GOOD('Accepted') };
    if (object.kind === 'Gateway') object.status = { conditions: GOOD('Accepted', 'Programmed') };
    if (object.kind.endsWith('Route'))
      object.status = { parents: [{ parentRef: {}, conditions: GOOD('Accepted', 'ResolvedRefs') }] };
  }
  const meta = (name: string, more: object = {}) => ({ name, namespace: 'livekit', ...more });
  return [
    ...objects,
    {
      kind: 'Service',
      metadata: meta('udp-gateway'),
      spec: {
        type: 'LoadBalancer',
        ports: [
          { port: 3478, protocol: 'UDP' },
          { port: 3480, protocol: 'TCP' },
        ],
      },
      status: { loadBalancer: { ingress: [{ ip: '10.65.176.54' }] } },
    },
    {
      kind: 'Pod',
      metadata: meta('livekit-server-1', { labels: LABELS, ownerReferences: [{ kind: 'ReplicaSet' }] }),
      spec: { containers: [{ name: 'livekit-server', image: 'livekit/livekit-server:v1.13.3' }] },
      status: {
        phase: 'Running',
        podIP: '10.244.0.10',
        conditions: [],
        containerStatuses: [
          {
            name: 'livekit-server',
            ready: true,
            image: 'livekit/livekit-server:v1.13.3',
            state: { running: {} },
          },
        ],
      },
    },
    {
      kind: 'EndpointSlice',
      metadata: meta('livekit-server-x', { labels: { 'kubernetes.io/service-name': 'livekit-server' } }),
      endpoints: [{ addresses: ['10.244.0.10'] }],
    },
    { kind: 'Namespace', metadata: { name: 'livekit', labels: {} } },
  ];
}

export interface FakeCluster {
  url: string;
  /** Paths that were asked for, with the method. */
  asked: string[];
}

/** An API server of these objects. @param denied - plurals that it answers with 403; `*` stands for all. */
export async function serveCluster(
  objects: readonly Loose[],
  denied: readonly string[] = [],
): Promise<FakeCluster> {
  const asked: string[] = [];
  const kindOf = new Map(Object.entries(KINDS).map(([kind, { plural }]) => [plural, kind]));
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(`${request.method} ${path}`);
    const [, namespace = '', plural = '', name] =
      /^\/(?:api\/v1|apis\/[^/]+\/v1)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (denied.includes('*') || denied.includes(plural)) return answer(403, { message: 'forbidden' });
    const isHere = (one: Loose) => namespace === '' || one.metadata.namespace === namespace;
    if (plural === 'namespaces') return answer(200, objects.find(({ kind }) => kind === 'Namespace') ?? {});
    const found = objects.filter((one) => one.kind === kindOf.get(plural) && isHere(one));
    if (name === undefined) return answer(200, { items: found.map(({ kind, ...one }) => one) });
    const one = found.find(({ metadata }) => metadata.name === name);
    answer(one ? 200 : 404, one ?? { message: 'not found' });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
