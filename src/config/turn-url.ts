/** A TURN server as a `turn:` or `turns:` URI names it. */
export interface TurnServer {
  /** As it was written. */
  url: string;
  /** An IPv6 address without brackets. */
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
}

const URI = /^(turns?):(\[[0-9a-f:.]+\]|[^\s:/?@[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/;
const HIGHEST_PORT = 65_535;

/**
 * One URI as in RFC 7065. Without port it is 3478, with TLS 5349; without transport UDP, with TLS TCP.
 *
 * @returns a text when it cannot be meant: what is wanted in its place.
 */
export function parseTurnUrl(url: string): TurnServer | string {
  const [, scheme, host, writtenPort, writtenTransport] = URI.exec(url) ?? [];
  const isTls = scheme === 'turns';
  const port = Number(writtenPort ?? (isTls ? 5349 : 3478));
  if (host === undefined || port < 1 || port > HIGHEST_PORT)
    return `turn:<host>:<port>?transport=udp or =tcp, or turns:<host>:<port> for TLS, not «${url}»`;
  if (isTls && writtenTransport === 'udp')
    return `?transport=tcp with turns:, since TURN over DTLS cannot be tried, not «${url}»`;
  const transport = isTls ? 'tls' : writtenTransport === 'tcp' ? 'tcp' : 'udp';
  return { url, host: host.replace(/^\[|\]$/g, ''), port, transport };
}
