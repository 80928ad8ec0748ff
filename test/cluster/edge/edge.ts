import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type StandIn, startStandIn } from '../../../src/standin/server.ts';
import type { BrowserPlace } from '../../e2e/browser.ts';
import type { Api } from '../api.ts';
import { NODE } from '../node-namespace.ts';
import { type Certificate, makeCertificate } from './certificates.ts';
import { type Client, createClient } from './client.ts';
import { startDoor, type Door as TlsDoor } from './door.ts';
import { gatewayRoutes } from './gateway.ts';

/** The name of the load balancer's address, as the README has it. */
export const HOST = 'voice.example.com';
/** The GPU host: outside the pod network, reached by pods, never by clients. */
export const MODELS = { host: '10.65.200.10', port: 8000 } as const;

/** What is around the cluster: its HTTPS door, the models, and clients far away. */
export interface Edge {
  /** Stand-ins on the GPU host. */
  readonly models: StandIn;
  readonly certificate: Certificate;
  readonly door: TlsDoor;
  createClient(): Promise<Client>;
  close(): Promise<void>;
}

export async function startEdge(api: Api, dir: string): Promise<Edge> {
  const address = NODE.loadBalancerIp;
  const certificate = await makeCertificate(join(dir, 'certificates'), HOST);
  await promisify(execFile)('ip', ['route', 'replace', 'local', `${MODELS.host}/32`, 'dev', 'lo']);
  const models = await startStandIn({ host: MODELS.host, port: MODELS.port });
  const door = await startDoor({ address, certificate, ...gatewayRoutes(api) });
  const clients: Client[] = [];
  return {
    ...{ models, certificate, door },
    async createClient() {
      const client = await createClient({ address, host: HOST });
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all([door.close(), models.close()]);
    },
  };
}

/** A browser in a client's network, which takes the door's certificate and no other unknown one. */
export function browserIn({ enter }: Client, { keyHash }: Certificate): BrowserPlace {
  return {
    enter,
    args: [
      `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${HOST}`,
      `--ignore-certificate-errors-spki-list=${keyHash}`,
    ],
  };
}
