import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { AppError, messageOf } from '../errors.ts';
import { type ConnectFault, connectFault } from '../openai/connect-fault.ts';

/** Where a TCP connection is to lead. */
export interface Target {
  host: string;
  port: number;
  /** The proxy that it goes through, with its credentials if it has any. */
  proxy?: string | undefined;
}

/** Host and port of a URL, with the usual port of its scheme; IPv6 without brackets. */
export function targetOf(url: string, proxy?: string): Target {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:' || protocol === 'wss:';
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (isSecure ? 443 : 80), proxy };
}

/**
 * A TCP connection, through the proxy if there is one.
 *
 * @throws AppError that says what did not answer, and where to look.
 */
export function openTcp(target: Target, signal: AbortSignal): Promise<Socket> {
  return target.proxy === undefined ? openDirect(target, signal) : openThrough(target.proxy, target, signal);
}

function openDirect({ host, port }: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (cause) => reject(connectError(cause, `${host}:${port}`, signal)));
  });
}

function openThrough(proxy: string, { host, port }: Target, signal: AbortSignal): Promise<Socket> {
  const { origin, hostname, port: proxyPort, username, password } = new URL(proxy);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const exempt = `or go around it: NO_PROXY=${host}`;
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{
        host: hostname,
        port: Number(proxyPort) || 80,
        method: 'CONNECT',
        path: `${host}:${port}`,
        signal,
      },
      ...(username && { headers: { 'proxy-authorization': `Basic ${login.toString('base64')}` } }),
    });
    asked.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      const what = `the proxy ${origin} answers ${statusCode} to a tunnel to ${host}:${port}`;
      const hint =
        statusCode === 407
          ? `put its user and password into HTTPS_PROXY, ${exempt}`
          : `have the proxy allow ${host}:${port}, ${exempt}`;
      reject(new AppError(what, { hint }));
    });
    asked.once('error', (cause) => reject(connectError(cause, `the proxy ${origin}`, signal)));
    asked.end();
  });
}

/** What an attempt to connect met, and where to look. */
function connectError(cause: Error, where: string, signal: AbortSignal): AppError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const [found, hint] = signal.aborted ? NO_ANSWER : (meaningOf(code) ?? [messageOf(cause), undefined]);
  return new AppError(`${where}: ${found}`, { ...(hint && { hint }), cause });
}

const NO_ANSWER = [
  'no answer',
  'open the port in firewalls, security groups and network policies between here and there, and see that the address is right',
] as const;
const NO_WAY = ['no way leads there', 'see the routes and the network policies of this machine'] as const;
const MEANINGS: Partial<Record<ConnectFault, readonly [string, string]>> = {
  closed: [
    'the port is closed',
    'see that the server runs and listens on this port (kubectl get pods,service)',
  ],
  cut: ['the connection was cut', 'see what stands before the server, such as a firewall'],
  'no-answer': NO_ANSWER,
  'no-way': NO_WAY,
  'no-address': ['its name has no address', 'correct the name, or the name server'],
  'name-server': ['the name server does not answer', 'see /etc/resolv.conf, and that the name server runs'],
};

function meaningOf(code: string): readonly [string, string] | undefined {
  const fault = connectFault(code);
  return fault && MEANINGS[fault];
}
