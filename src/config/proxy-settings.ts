import { setting } from './setting.ts';
import { proxyUrl, text } from './types.ts';

/** Proxies, by the variables that everything else on the machine knows them by. Upper case wins. */
export const proxy = {
  http: setting(
    'HTTP_PROXY',
    proxyUrl.optional(),
    'Proxy for `http` and `ws` URLs: model endpoints and LiveKit',
    { fallback: 'http_proxy' },
  ),
  https: setting('HTTPS_PROXY', proxyUrl.optional(), 'Proxy for `https` and `wss` URLs', {
    fallback: 'https_proxy',
  }),
  exempt: setting(
    'NO_PROXY',
    text.default(''),
    'Hosts that are reached directly, by comma: names with all below them, addresses, ranges such as `10.0.0.0/8`, `*`',
    { fallback: 'no_proxy' },
  ),
};
