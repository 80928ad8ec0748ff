import { messageOf } from '../errors.ts';
import { proxyNameOf } from './proxy.ts';

/** Why no connection came about, and what to do: from the error codes of Node's `net`, `dns` and `tls`. */

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'Nothing listens there: check host and port, and that the server is up.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'The host name cannot be resolved from here: check its spelling and the DNS.'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'No way there: check firewall, network policy and routing.'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ALTNAME/,
    'The certificate is not trusted: give the CA with NODE_EXTRA_CA_CERTS, or use the name it was issued for.',
  ],
  [/^(EPROTO|ERR_SSL_.*)$/, 'TLS failed: is this https URL served by a plain http port?'],
  [
    /^(ECONNRESET|EPIPE)$/,
    'The server closed the connection: its log may say why; an https port called by http does so too.',
  ],
  [
    /^HPE_/,
    'The answer is not HTTP: is this http URL served by an https port, or broken by a proxy before the server?',
  ],
];

/** The `code` of a Node error, '' when it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** @param url - what was asked for. Behind a proxy it is that which refused, is not there, or cannot go on. */
export function hintFor(error: unknown, url: string): string | undefined {
  const code = codeOf(error);
  const hint = HINTS.find(([pattern]) => pattern.test(code))?.[1];
  const proxy = proxyNameOf(url);
  if (proxy === undefined) return hint;
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
