import { AppError, messageOf } from '../../errors.ts';

interface Reason {
  /** Of what failed, in words. */
  what: string;
  fix: string;
}

const CERTIFICATE_OF_PRIVATE_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Why a server was not reached, by the code of Node's error, or of the error that caused it. */
export function unreached(target: URL, error: unknown): AppError {
  const port = target.port || (/^(https|wss):$/.test(target.protocol) ? '443' : '80');
  const { what, fix } = reasonFor(codeOf(error), target.hostname, port) ?? {
    what: messageOf(innermost(error)),
    fix: `see that ${target.host} is reached from this machine: curl -v ${target.origin.replace(/^ws/, 'http')}`,
  };
  return new AppError(`${target.host}: ${what}`, { hint: fix, cause: error });
}

function reasonFor(code: string, host: string, port: string): Reason | undefined {
  if (CERTIFICATE_OF_PRIVATE_AUTHORITY.has(code)) {
    return {
      what: `its certificate is of an authority that Node.js does not know (${code})`,
      fix: 'NODE_EXTRA_CA_CERTS=<file with the certificate of your authority>, or node --use-system-ca (Node.js 22.15 or newer); an incomplete chain is to be completed on the server',
    };
  }
  switch (code) {
    case 'ENOTFOUND':
      return {
        what: 'its name has no address',
        fix: `correct the name, or connect the VPN that resolves it: nslookup ${host}`,
      };
    case 'EAI_AGAIN':
      return { what: 'the name server does not answer', fix: `connect the VPN, and see: nslookup ${host}` };
    case 'ECONNREFUSED':
      return {
        what: `TCP ${port} is closed`,
        fix: `see that the load balancer has a listener on TCP ${port} with pods behind it: kubectl get gateway,service`,
      };
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'ABORT_ERR':
    case 'TimeoutError':
      return {
        what: `TCP ${port} does not answer`,
        fix: `connect the VPN; open TCP ${port} to ${host} in firewalls and security groups`,
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { what: 'no way leads there', fix: 'connect the VPN, and see its routes' };
    case 'CERT_HAS_EXPIRED':
      return { what: 'its certificate has expired', fix: 'renew the certificate of the Gateway or Ingress' };
    case 'CERT_NOT_YET_VALID':
      return { what: 'its certificate is not valid yet', fix: 'set the clock of this machine' };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        what: 'its certificate is for another name',
        fix: `give the Gateway or Ingress a certificate with the name ${host}; with several, see that it chooses by SNI`,
      };
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return {
        what: `TCP ${port} does not speak TLS`,
        fix: `see that the listener on ${port} ends TLS (Gateway: protocol HTTPS), and that no other program has the port`,
      };
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return {
        what: 'the connection was cut',
        fix: `see what lies between this machine and ${host}: a firewall or proxy that cuts it, or a load balancer without pods`,
      };
    default:
      return undefined;
  }
}

function innermost(error: unknown): unknown {
  let inner = error;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause !== undefined; depth++)
    inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors.length > 0) return inner.errors[0];
  return inner;
}

function codeOf(error: unknown): string {
  const inner = innermost(error);
  if (!(inner instanceof Error)) return '';
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.name;
}
