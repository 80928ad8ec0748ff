import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { AppError } from '../../../src/errors.ts';
import type { ContainerProcess } from './process.ts';
import type { Container, Handler } from './types.ts';

const MOST_OF_AN_ANSWER = 300;

/** Tries a probe's or a hook's handler once. Resolves when it succeeded, rejects with what went wrong. */
export async function attempt(
  handler: Handler,
  { container, podIP, process }: { container: Container; podIP: string; process: ContainerProcess },
  timeoutMs: number,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  if (handler.httpGet) {
    const { host = podIP, port, path = '/' } = handler.httpGet;
    const url = new URL(path, `http://${host}:${portOf(container, port)}`);
    // A connection of its own each time: one that was kept may lead to a pod that is gone.
    const request = get(url, { signal, agent: false, headers: { 'user-agent': 'kube-probe' } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const { statusCode } = response;
    const isWell = statusCode !== undefined && statusCode < 400;
    // What a kubelet does not say, and whoever reads of a pod that does not get ready wants to know.
    const why = isWell ? '' : await text(response);
    request.destroy();
    if (!isWell) throw new AppError(`${url} answered ${statusCode} ${why.slice(0, MOST_OF_AN_ANSWER)}`);
  } else if (handler.tcpSocket) {
    const socket = connect({ host: podIP, port: portOf(container, handler.tcpSocket.port), signal });
    await once(socket, 'connect');
    socket.destroy();
  } else if (handler.exec) {
    const code = await process.exec(handler.exec.command, timeoutMs);
    if (code !== 0) throw new AppError(`${handler.exec.command.join(' ')} ended with ${code}`);
  } else if (handler.sleep) {
    await new Promise((resolve) => setTimeout(resolve, (handler.sleep?.seconds ?? 0) * 1000));
  } else {
    throw new AppError(`a handler of a kind that this kubelet does not know: ${Object.keys(handler)}`);
  }
}

function portOf({ name, ports = [] }: Container, port: number | string): number {
  if (typeof port === 'number') return port;
  const named = ports.find((one) => one.name === port);
  if (!named) throw new AppError(`container ${name} has no port named ${port}`);
  return named.containerPort;
}
