import { cidrs } from './cidrs.ts';
import { credentialList } from './credentials.ts';
import { setting } from './setting.ts';
import { bearerToken, durationMs, flag, httpUrl, port, text } from './types.ts';

/** The page and its routes: the `web` group of the schema. */
export const web = {
  enabled: setting('WEB_ENABLED', flag(true), 'Serve the test page and its token route'),
  host: setting('WEB_HOST', text.default('127.0.0.1'), 'Address of the page'),
  port: setting('WEB_PORT', port(8080), 'Port of the page; 0 picks a free one'),
  token: setting(
    'WEB_TOKEN',
    bearerToken.optional(),
    'Credential of callers, at least 24 characters; without it only the page of `npm run dev` can call',
    { secret: true },
  ),
  credentials: setting(
    'WEB_CREDENTIALS',
    credentialList,
    'More credentials, a list: `{name, tokenFile, may: [join, dial, operate], rooms: [demo-*], prompts: [shop]}`; without `rooms` or `prompts` all of them',
  ),
  trustedProxies: setting(
    'WEB_TRUSTED_PROXIES',
    cidrs,
    'Proxies before the page, as addresses or networks by comma: only their `X-Forwarded-For` tells clients apart',
  ),
  workersUrl: setting(
    'WORKERS_URL',
    httpUrl.optional(),
    'For a page without a worker in its process: where workers serve health and metrics, such as `http://workers:8081`; a name of several addresses is all of them. Callers are then told whether all lines are busy, or no worker runs',
  ),
  tokenTtlMs: setting(
    'TOKEN_TTL_MS',
    durationMs(600_000, 10_000),
    'Life of a caller token before it is used',
  ),
};
