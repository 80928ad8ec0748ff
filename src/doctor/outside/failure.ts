import { AppError, messageOf } from '../../errors.ts';
import { connectFault } from '../../openai/connect-fault.ts';
import { certificateFault } from '../certificate-fault.ts';

interface Reason {
  /** Of what failed, in words. */
  what: string;
  fix: string;
}

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
  const isLate = /^(ABORT_ERR|AbortError|TimeoutError)$/.test(code);
  switch (isLate ? 'no-answer' : connectFault(code)) {
    case 'no-address':
      return {
        what: 'its name has no address',
        fix: `correct the name, or connect the VPN that resolves it: nslookup ${host}`,
      };
    case 'name-server':
      return { what: 'the name server does not answer', fix: `connect the VPN, and see: nslookup ${host}` };
    case 'closed':
      return {
        what: `TCP ${port} is closed`,
        fix: `see that the load balancer has a listener on TCP ${port} with pods behind it: kubectl get gateway,service`,
      };
    case 'no-answer':
      return {
        what: `TCP ${port} does not answer`,
        fix: `connect the VPN; open TCP ${port} to ${host} in firewalls and security groups`,
      };
    case 'no-way':
      return { what: 'no way leads there', fix: 'connect the VPN, and see its routes' };
    case 'no-tls':
      return {
        what: `TCP ${port} does not speak TLS`,
        fix: `see that the listener on ${port} ends TLS (Gateway: protocol HTTPS), and that no other program has the port`,
      };
    case 'cut':
      return {
        what: 'the connection was cut',
        fix: `see what lies between this machine and ${host}: a firewall or proxy that cuts it, or a load balancer without pods`,
      };
    default:
      return certificateReason(code, host);
  }
}

function certificateReason(code: string, host: string): Reason | undefined {
  const fault = certificateFault(code, { host });
  return fault && { what: `its certificate is refused: ${fault.cause}`, fix: fault.fix };
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
