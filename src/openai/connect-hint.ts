import { codeOf, type EndpointName, messageOf } from '../errors.ts';
import { type ConnectFault, connectFault } from './connect-fault.ts';
import { settingOf } from './failure-hint.ts';
import { proxyNameOf } from './proxy.ts';

/** What to do where no connection came about. */

/** @param url - the setting that holds the URL */
type Hint = (url: string) => string;

const NO_NAME: Hint = (url) =>
  `The host name of ${url} cannot be resolved from here: check its spelling and the DNS.`;
const NO_WAY: Hint = (url) => `No way there: check ${url}, firewall, network policy and routing.`;
const UNTRUSTED: Hint = (url) =>
  `The certificate is not trusted: give the CA with NODE_EXTRA_CA_CERTS, or use in ${url} the name it was issued for.`;
const NO_TLS: Hint = (url) => `TLS failed: is the https of ${url} served by a plain http port?`;

const HINTS: Readonly<Record<ConnectFault, Hint>> = {
  closed: (url) => `Nothing listens there: check host and port of ${url}, and that the server is up.`,
  'no-address': NO_NAME,
  'name-server': NO_NAME,
  'no-answer': NO_WAY,
  'no-way': NO_WAY,
  authority: UNTRUSTED,
  expired: UNTRUSTED,
  'not-yet-valid': UNTRUSTED,
  'other-name': UNTRUSTED,
  certificate: UNTRUSTED,
  'no-tls': NO_TLS,
  tls: NO_TLS,
  cut: () =>
    'The server closed the connection: its log may say why; an https port called by http does so too.',
  'not-http': (url) =>
    `The answer is not HTTP: is the http of ${url} served by an https port, or broken by a proxy before the server?`,
};

/** @param url - what was asked for. Behind a proxy it is that which refused, is not there, or cannot go on. */
export function hintFor(
  error: unknown,
  { endpoint, url }: { endpoint: EndpointName; url: string },
): string | undefined {
  const fault = connectFault(codeOf(error));
  const proxy = proxyNameOf(url);
  if (proxy === undefined) return fault && HINTS[fault](settingOf(endpoint, 'BASE_URL'));
  return `It is reached through the proxy ${proxy}: check that proxy, or put the host into NO_PROXY.`;
}

/** The reason in words. Node tries all addresses of a name and joins the failures in an error with no message. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(reasonOf).join('; ');
  }
  // OpenSSL's run over several lines.
  return messageOf(error).replace(/\s+/g, ' ').trim();
}
