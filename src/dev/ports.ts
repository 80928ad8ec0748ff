import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { codeOf } from '../errors.ts';
import { holderOf } from './port-holder.ts';

const LOOPBACK = '127.0.0.1';

/** A port that nothing listens on at this moment; whoever uses it must still expect to lose a race for it. */
export const freeTcpPort = (host = LOOPBACK): Promise<number> => bindTcp(0, host);

/** The same for UDP. */
export function freeUdpPort(host = LOOPBACK): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, host, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

/** Where something can listen, and who kept it from the port that was asked for. */
export interface PortChoice {
  port: number;
  taken?: { port: number; holder: string };
}

/**
 * The wanted port, or a free one when it is taken; then with the name of the process that holds it, as far as this
 * user may see it. Port 0 asks for any free one.
 */
export async function choosePort(wanted: number, host = LOOPBACK): Promise<PortChoice> {
  try {
    return { port: await bindTcp(wanted, host) };
  } catch (error) {
    if (!isTaken(error)) throw error;
    const holder = (await holderOf(wanted)) ?? 'a process that this user cannot see';
    return { port: await freeTcpPort(host), taken: { port: wanted, holder } };
  }
}

function bindTcp(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/** In use, or (macOS, Linux below 1024) not ours to use. */
const isTaken = (error: unknown): boolean => ['EADDRINUSE', 'EACCES'].includes(codeOf(error));
