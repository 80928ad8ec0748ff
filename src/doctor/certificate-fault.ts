import { connectFault } from '../openai/connect-fault.ts';

export interface CertificateOf {
  /** The name that was asked for. */
  host: string;
  /** As the certificate says it, where it was seen. */
  from?: string;
  until?: string;
}

/**
 * What is wrong with the certificate of page or LiveKit, and what to do.
 *
 * @param code - OpenSSL's or Node's word for it.
 * @returns `undefined` when it says nothing of a certificate.
 */
export function certificateFault(
  code: string,
  { host, from, until }: CertificateOf,
): { cause: string; fix: string } | undefined {
  switch (connectFault(code)) {
    case 'expired':
      return {
        cause: until === undefined ? 'it has ended' : `it ended on ${until}`,
        fix: 'renew it, and put it into the Secret of the gateway’s listener (kubectl get certificate,secret)',
      };
    case 'not-yet-valid':
      return {
        cause: `it begins ${from === undefined ? 'later' : `on ${from}`}, and the clock here says ${new Date().toUTCString()}`,
        fix: 'set this machine’s clock (timedatectl)',
      };
    case 'other-name':
      return {
        cause: `it is not for ${host}: the gateway has no certificate for this name, or another server answers`,
        fix: `issue one with ${host} among its names, and see that the listener’s hostname is ${host}; or use a name of the certificate`,
      };
    case 'authority':
      return {
        cause:
          'its authority is not known here: a private one, one that a proxy on the way made it with, or a chain that is sent without its middle',
        fix: 'NODE_EXTRA_CA_CERTS=<file with the authority’s certificate>\n(browsers and native clients need it in the system’s store, where node --use-system-ca finds it too, from Node.js 22.15 on)',
      };
    case 'certificate':
      return { cause: `it is refused: ${code}`, fix: 'issue another one' };
    default:
      return undefined;
  }
}
