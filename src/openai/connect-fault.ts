/** Why no connection came about, or broke off before an answer. */
export type ConnectFault =
  | 'no-address'
  | 'name-server'
  | 'closed'
  | 'no-answer'
  | 'no-way'
  | 'cut'
  | 'not-http'
  | 'no-tls'
  | 'tls'
  | 'authority'
  | 'expired'
  | 'not-yet-valid'
  | 'other-name'
  | 'certificate';

/** Codes of Node's `net`, `dns`, `tls` and undici, and OpenSSL's words for a certificate; the first that fits. */
const FAULTS: readonly (readonly [RegExp, ConnectFault])[] = [
  [/^ENOTFOUND$/, 'no-address'],
  [/^EAI_AGAIN$/, 'name-server'],
  [/^ECONNREFUSED$/, 'closed'],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'no-answer'],
  [/^E(HOST|NET)UNREACH$/, 'no-way'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'cut'],
  [/^HPE_/, 'not-http'],
  [/^EPROTO$|^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST)/, 'no-tls'],
  [/^ERR_SSL_/, 'tls'],
  [/SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/, 'authority'],
  [/CERT_HAS_EXPIRED/, 'expired'],
  [/CERT_NOT_YET_VALID/, 'not-yet-valid'],
  [/ALTNAME/, 'other-name'],
  [/CERT|UNABLE_TO_GET/, 'certificate'],
];

/** @param code - of an error of Node's; `undefined` for one that says nothing of a connection. */
export const connectFault = (code: string): ConnectFault | undefined =>
  FAULTS.find(([pattern]) => pattern.test(code))?.[1];
