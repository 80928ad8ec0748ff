import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Check } from '../check.ts';
import type { Seen } from '../seen.ts';

/** A name that a call needs, and the setting that has it. */
export interface Named {
  host: string;
  from: string;
}

export interface DnsParts {
  /** All addresses of a name, in the order in which they are tried. */
  lookup?: (host: string) => Promise<readonly { address: string; family: number }[]>;
  /** Text of `/etc/hosts`. */
  hosts?: () => Promise<string>;
}

interface Answer extends Named {
  addresses: readonly { address: string; family: number }[];
  /** Line of /etc/hosts. */
  hostsLine: number | undefined;
}

/** Browsers ask for its name. Often nobody else can: in a cluster whose name server knows nothing of the callers' network. */
export const PUBLIC = 'LIVEKIT_PUBLIC_URL';

/** Each name has an address; says which come from a file of this machine alone, and which are IPv6 only. */
export function dns<C extends { seen: Seen }>(
  namesOf: (context: C) => readonly Named[],
  { lookup = lookupAll, hosts = readHosts }: DnsParts = {},
): Check<C> {
  return {
    id: 'dns',
    proves: 'names have addresses',
    async run(context) {
      const names = uniqueNames(namesOf(context));
      if (names.length === 0) return { evidence: 'addresses are used in place of names' };
      const lines = (await hosts().catch(() => '')).split('\n');
      const answers = await Promise.all(
        names.map(async (named): Promise<Answer> => {
          const addresses = await lookup(named.host).catch(() => []);
          return { ...named, addresses, hostsLine: hostsLineOf(named.host, lines) };
        }),
      );
      const missing = answers.filter(({ addresses }) => addresses.length === 0);
      const isWanted = missing.some(({ from }) => from !== PUBLIC);
      context.seen.unresolved = new Set(missing.map(({ host }) => host));
      const fixes = answers.flatMap((answer) => faultOf(answer) ?? []);
      const evidence = answers.map(describe).join('\n');
      const verdict = isWanted ? 'fail' : fixes.length > 0 ? 'warn' : 'ok';
      return { verdict, evidence, fix: fixes.join('\n') };
    },
  };
}

function uniqueNames(names: readonly Named[]): Named[] {
  const byHost = new Map<string, Named>();
  for (const { host, from } of names) {
    if (isIP(host) !== 0 || host === 'localhost') continue;
    const known = byHost.get(host)?.from.split(', ') ?? [];
    byHost.set(host, { host, from: [...new Set([...known, from])].join(', ') });
  }
  return [...byHost.values()];
}

function hostsLineOf(host: string, lines: readonly string[]): number | undefined {
  const at = lines.findIndex((line) => {
    const [, ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    return names.includes(host.toLowerCase());
  });
  return at < 0 ? undefined : at + 1;
}

function describe({ host, from, addresses, hostsLine }: Answer): string {
  const found = [...new Set(addresses.map(({ address }) => address))].join(', ') || 'no address';
  const file = hostsLine === undefined ? '' : ` by /etc/hosts, line ${hostsLine}`;
  return `${host} (${from}): ${found}${file}`;
}

function faultOf({ host, from, addresses, hostsLine }: Answer): string | undefined {
  if (addresses.length === 0 && from === PUBLIC)
    return `${host}: no fault where callers' own name server has it: ask it from a caller's machine (nslookup ${host})`;
  if (addresses.length === 0)
    return `correct ${from}, or give ${host} an A record in the name server that this machine asks (kubectl -n kube-system get configmap coredns -o yaml; a private zone must be forwarded there)`;
  if (hostsLine !== undefined)
    return `${host}: remove line ${hostsLine} from /etc/hosts once the name server has the name. Neither other pods nor browsers read this file; in a pod it is made by hostAliases`;
  if (addresses.every(({ family }) => family === 6))
    return `${host}: give it an A record too, since relays and callers without IPv6 cannot use an AAAA record alone`;
  return undefined;
}

const lookupAll = (host: string) => lookup(host, { all: true });
const readHosts = () => readFile('/etc/hosts', 'utf8');
