import { isIP } from 'node:net';
import { modelEndpoints } from '../../config/models.ts';
import { proxyFor } from '../../config/proxy.ts';
import type { Config } from '../../config/schema.ts';
import { type Named, PUBLIC } from './dns.ts';

/** The names of the settings: of LiveKit, TURN servers, models, readiness and proxies. */
export function configuredNames(config: Config): Named[] {
  const { livekit, check } = config;
  const urls: [string, string][] = [
    ['LIVEKIT_URL', livekit.url],
    [PUBLIC, livekit.publicUrl],
    ...check.turnUrls.map(({ host }): [string, string] => ['TURN_URLS', `turn://${bracketed(host)}`]),
    ...modelEndpoints(config).map(({ name, baseUrl }): [string, string] => [
      `${name.toUpperCase()}_BASE_URL`,
      baseUrl,
    ]),
    ...check.readyUrls
      .split(',')
      .filter((url) => URL.canParse(url.trim()))
      .map((url): [string, string] => ['CHECK_READY_URLS', url.trim()]),
  ];
  return urls.map(([from, url]) => {
    // Behind a proxy, the proxy looks the name up.
    const proxy = from === 'TURN_URLS' ? undefined : proxyFor(url, config.proxy);
    return { from: proxy ? 'HTTPS_PROXY or HTTP_PROXY' : from, host: hostOf(proxy ?? url) };
  });
}

const hostOf = (url: string) => new URL(url).hostname.replace(/^\[|\]$/g, '');
const bracketed = (host: string) => (isIP(host) === 6 ? `[${host}]` : host);
