import { BlockList, isIP } from 'node:net';
import { processEnvironment } from './environment.ts';
import type { Config } from './schema.ts';

/**
 * The proxy that a URL is reached through, or `undefined` for a direct connection. WebSockets go like HTTP. `NO_PROXY`
 * holds hosts by comma or space: a name covers what is below it, with or without a leading dot or `*.`; an address; a
 * range such as `10.0.0.0/8`; each with `:port` if only that one is meant; `*` for all. Nothing is exempt by itself,
 * this machine included.
 */
export function proxyFor(url: string, { http, https, exempt }: Config['proxy']): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:' || protocol === 'wss:';
  const proxy = isSecure ? https : http;
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const target = { host, port: port || (isSecure ? '443' : '80') };
  const isExempt = exempt
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && covers(entry.toLowerCase(), target));
  return isExempt ? undefined : proxy;
}

interface Target {
  host: string;
  port: string;
}

function covers(entry: string, { host, port }: Target): boolean {
  if (entry === '*') return true;
  const range = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (range) return isInRange(host, range[1] ?? '', Number(range[2]));
  const [, bracketed, plain, wanted] =
    /^(?:\[([^\]]*)\]|(.*?))(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const name = bracketed ?? (plain ?? '').replace(/^\*?\./, '');
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function isInRange(host: string, net: string, prefix: number): boolean {
  const family = isIP(net);
  if (family === 0 || isIP(host) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(net, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

const NATIVE_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'] as const;

/**
 * Has LiveKit's native client, in this process, go where everything else goes. It reads `HTTP_PROXY` or `HTTPS_PROXY`
 * as it connects and knows no `NO_PROXY` (livekit-net/src/native/proxy.rs of rust-sdks). To be called before the first
 * room is joined.
 */
export function routeNativeClient(
  { livekit, proxy }: Config,
  env: NodeJS.ProcessEnv = processEnvironment(),
): void {
  for (const name of NATIVE_VARIABLES) {
    delete env[name];
    delete env[name.toLowerCase()];
  }
  const through = proxyFor(livekit.url, proxy);
  if (through !== undefined) env[/^(wss|https):/.test(livekit.url) ? 'HTTPS_PROXY' : 'HTTP_PROXY'] = through;
}
