import { isIP, type Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { AppError, messageOf } from '../../errors.ts';
import { connectFault } from '../../openai/connect-fault.ts';
import { certificateFault } from '../certificate-fault.ts';
import type { Check, Finding } from '../check.ts';
import { openTcp } from '../reach.ts';
import type { Seen } from '../seen.ts';
import { signalTarget } from './signal-tcp.ts';

const DAY_MS = 86_400_000;
/** A certificate that nobody renewed by then will likely end in use. */
const RENEW_DAYS = 14;

/** The certificate is for the name, from an authority that this machine knows, and is good for a while. */
export const signalTls: Check<{ seen: Seen }> = {
  id: 'signal-tls',
  proves: 'LiveKit’s certificate is good',
  needs: ['signal-tcp'],
  async run({ seen, signal }) {
    const { url, host, setting, ...target } = signalTarget(seen);
    if (!/^(wss|https):/.test(url))
      return { verdict: 'skip', cause: `${setting} is not wss:, so there is no certificate` };
    const tcp = await openTcp({ host, ...target }, signal);
    const socket = await handshake(tcp, host, signal).catch((cause) => cause as Error);
    if (socket instanceof Error) return noTls(socket, { host, setting, url });
    const certificate = socket.getPeerCertificate();
    const { authorizationError: error, authorized } = socket;
    socket.destroy();
    const evidence = describe(certificate);
    if (!authorized) {
      const { valid_from: from, valid_to: until } = certificate;
      const refused = `${error}`;
      const fault = certificateFault(refused, { host, from, until });
      return { verdict: 'fail', evidence, ...(fault ?? { cause: `it is refused: ${refused}` }) };
    }
    const daysLeft = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS);
    if (daysLeft >= RENEW_DAYS) return evidence;
    return {
      verdict: 'warn',
      evidence,
      cause: `it ends in ${daysLeft} days`,
      fix: 'renew it (kubectl get certificate,secret in the namespace of the gateway)',
    };
  },
};

/** Whatever the certificate, as what is wrong with it is to be told. */
function handshake(tcp: Socket, host: string, signal: AbortSignal): Promise<TLSSocket> {
  const servername = isIP(host) === 0 ? host : undefined;
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ socket: tcp, host, rejectUnauthorized: false },
      ...(servername !== undefined && { servername }),
    });
    const stop = () => {
      socket.destroy();
      reject(new AppError('the TLS handshake got no answer'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('end', () => reject(new AppError('the server ended the TLS handshake')));
  });
}

function describe({ subject, subjectaltname, issuer, valid_to }: PeerCertificate): string {
  const names = subjectaltname?.replaceAll('DNS:', '') ?? subject?.CN ?? 'nobody';
  return `for ${names}, by ${issuer?.CN ?? issuer?.O ?? 'nobody'}, until ${valid_to}`;
}

function noTls(
  error: Error,
  { host, setting, url }: { host: string; setting: string; url: string },
): Finding {
  const { code = '' } = error as NodeJS.ErrnoException;
  const speaksPlain = connectFault(code) === 'no-tls';
  return {
    verdict: 'fail',
    evidence: speaksPlain ? 'the port does not speak TLS' : messageOf(error),
    cause: speaksPlain
      ? `${setting} says wss:, and behind the port is plain HTTP`
      : `TLS broke off before a certificate came: what stands there may have none for the name ${host} (SNI), or speak none of our versions of TLS`,
    fix: speaksPlain
      ? `${setting}=${url.replace(/^\w+:/, 'ws:')}\n(inside a cluster; outside, have the gateway end TLS there)`
      : `see that the gateway’s HTTPS listener has hostname ${host} and a certificateRef whose Secret exists (kubectl get gateway -o yaml)`,
  };
}
