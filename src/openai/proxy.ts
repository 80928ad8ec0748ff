import http from 'node:http';
import https from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** The proxy that a URL is reached through; `undefined` for a direct connection. */
export type ProxyOf = (url: string) => string | undefined;

// Load balancers drop idle connections without a word, some after a minute: a request on such a one would only
// fail at its first-byte deadline.
const POOL = { keepAlive: true, timeout: 30_000 };
const direct = { http: new http.Agent(POOL), https: new https.Agent(POOL) };

let proxyOf: ProxyOf = () => undefined;
const agents = new Map<string, http.Agent>();

/** Says for this process which requests go through which proxy. */
export function useProxies(find: ProxyOf): void {
  proxyOf = find;
}

/** The proxy of a URL, without its credentials. */
export function proxyNameOf(url: string): string | undefined {
  const proxy = proxyOf(url);
  return proxy === undefined ? undefined : new URL(proxy).origin;
}

/** The pool that requests to an `http` or `https` URL come from. */
export function agentFor(url: string): http.Agent {
  const isSecure = url.startsWith('https:');
  const proxy = proxyOf(url);
  if (proxy === undefined) return isSecure ? direct.https : direct.http;
  return isSecure ? tunnelThrough(proxy) : kept(`plain ${proxy}`, () => new HttpProxyAgent(proxy, POOL));
}

/** What opens a WebSocket; `undefined` for a direct connection. It asks the proxy for a tunnel, also without TLS. */
export function socketAgentFor(url: string): http.Agent | undefined {
  const proxy = proxyOf(url);
  return proxy === undefined ? undefined : tunnelThrough(proxy);
}

const tunnelThrough = (proxy: string) => kept(`tunnel ${proxy}`, () => new HttpsProxyAgent(proxy, POOL));

function kept(key: string, make: () => http.Agent): http.Agent {
  const agent = agents.get(key) ?? make();
  agents.set(key, agent);
  return agent;
}
