import { existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file or folder of the node, seen by a container at `target`. */
export interface Mount {
  source: string;
  target: string;
  access: 'ro' | 'rw';
}

/** What an image's distribution would bring. Folders that are links (`/bin`) are made anew by container.sh. */
const NODE_PARTS = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/etc/ssl',
  '/etc/alternatives',
  '/sys',
];

export function nodeMounts(): Mount[] {
  const own = [...NODE_PARTS, '/etc/ld.so.cache'].filter(
    (path) => existsSync(path) && !lstatSync(path).isSymbolicLink(),
  );
  return [
    ...own.map((path) => ({ source: path, target: path, access: 'ro' as const })),
    { source: '/dev', target: '/dev', access: 'rw' },
  ];
}

/** Files that Kubernetes and a base image put into `/etc`, made in `dir`. */
export function etcMounts(
  dir: string,
  { hostname, ip, namespace, nameServer }: Record<'hostname' | 'ip' | 'namespace' | 'nameServer', string>,
): Mount[] {
  const files = {
    'resolv.conf': `nameserver ${nameServer}
search ${namespace}.svc.cluster.local svc.cluster.local cluster.local
options ndots:5`,
    hosts: `127.0.0.1 localhost\n${ip} ${hostname}`,
    'nsswitch.conf': 'hosts: files dns',
    passwd: 'root:x:0:0:root:/root:/bin/sh',
    group: 'root:x:0:',
  };
  mkdirSync(dir, { recursive: true });
  return Object.entries(files).map(([name, text]) => {
    const source = join(dir, name);
    writeFileSync(source, `${text}\n`);
    return { source, target: `/etc/${name}`, access: 'rw' };
  });
}

/** As container.sh reads them; a folder stands before what is mounted inside it. */
export function mountLines(mounts: readonly Mount[]): string {
  return [...mounts]
    .sort((a, b) => (a.target < b.target ? -1 : 1))
    .map(({ source, target, access }) => `${source}\t${target}\t${access}\n`)
    .join('');
}
