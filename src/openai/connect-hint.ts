import { type EndpointName, messageOf } from '../errors.ts';
import { settingOf } from './failure-hint.ts';
import { proxyNameOf } from './proxy.ts';

/** Why no connection came about, and what to do: from the error codes of Node's `net`, `dns` and `tls`. */

/** @param url - the setting that holds the URL */
type Hint = (url: string) => string;

const HINTS: readonly (readonly [RegExp, Hint])[] = [
  [
    /^ECONNREFUSED$/,
    (url) => `Nothing listens there: check host and port of ${url}, and that the server is up.`,
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    (url) => `The host name of ${url} cannot be resolved from here: check its spelling and the DNS.`,
  ],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    (url) => `No way there: check ${url}, firewall, network policy and routing.`,
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ALTNAME/,
    (url) =>
      `The certificate is not trusted: give the CA with NODE_EXTRA_CA_CERTS, or use in ${url} the name it was issued for.`,
  ],
  [/^(EPROTO|ERR_SSL_.*)$/, (url) => `TLS failed: is the https of ${url} served by a plain http port?`],
  [
    /^(ECONNRESET|EPIPE)$/,
    () => 'The server closed the connection: its log may say why; an https port called by http does so too.',
  ],
  [
    /^HPE_/,
    (url) =>
      `The answer is not HTTP: is the http of ${url} served by an https port, or broken by a proxy before the server?`,
  ],
];

/** The `code` of a Node error, '' when it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** @param url - what was asked for. Behind a proxy it is that which refused, is not there, or cannot go on. */
export function hintFor(
  error: unknown,
  { endpoint, url }: { endpoint: EndpointName; url: string },
): string | undefined {
  const code = codeOf(error);
  const hint = HINTS.find(([pattern]) => pattern.test(code))?.[1];
  const proxy = proxyNameOf(url);
  if (proxy === undefined) return hint?.(settingOf(endpoint, 'BASE_URL'));
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
