import { join } from 'node:path';
import { type Certificate, makeCertificate } from '../../../cluster/edge/certificates.ts';
import { type Door, startDoor } from '../../../cluster/edge/door.ts';
import { recordLookups } from '../../../helpers/dns-recorder.ts';
import { issued } from './certificate.ts';
import { AT } from './network.ts';

/** Names of the installation. */
export const HOST = { page: 'voice.example.test', livekit: 'livekit.example.test' } as const;

/** The Services behind them. */
export const BACKENDS = {
  page: { host: AT.page, port: 8080 },
  livekit: { host: AT.sfu, port: 7880 },
} as const;

type Backends = Readonly<Record<string, { host: string; port: number }>>;

/** TLS 443 before page and LiveKit, and the names by which they are found. */
export interface Front {
  readonly certificate: Certificate;
  /** Where requests to a host go; a host without a backend has no route. */
  readonly backends: Map<string, { host: string; port: number }>;
  /** Addresses of names; what is not there does not exist. */
  readonly names: Map<string, readonly string[]>;
  /** Another door, by default at `AT.otherDoor`. */
  openOther(certificate: Certificate, address?: string): Promise<Door>;
  close(): Promise<void>;
}

export async function openFront(dir: string, backends: Backends): Promise<Front> {
  const tls = join(dir, 'tls');
  const day = await makeCertificate(tls, '*.example.test');
  // Of one that ends within two weeks, check warns.
  const certificate = await issued(day, tls, '*.example.test', 90);
  const routes = new Map(Object.entries(backends));
  const names = new Map<string, readonly string[]>(
    Object.values(HOST).map((name) => [name, [AT.loadBalancer]]),
  );
  const dns = await recordLookups((name) => names.get(name), AT.line);
  const open = (address: string, used: Certificate) =>
    startDoor({
      ...{ address, certificate: used },
      routes: async () => [...routes.keys()].map(routeOf),
      addressOf: async ({ name }) => {
        const backend = routes.get(name);
        if (!backend) throw new Error(`no backend ${name}`);
        return backend;
      },
    });
  const door = await open(AT.loadBalancer, certificate);
  return {
    ...{ certificate, backends: routes, names },
    openOther: (used, address = AT.otherDoor) => open(address, used),
    async close() {
      dns.close();
      await door.close();
    },
  };
}

function routeOf(host: string) {
  return {
    metadata: { name: host, namespace: 'voice' },
    spec: {
      parentRefs: [{ name: 'edge' }],
      hostnames: [host],
      rules: [{ backendRefs: [{ name: host, port: 80 }] }],
    },
  };
}
